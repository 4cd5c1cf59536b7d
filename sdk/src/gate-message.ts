import { closeCodes, type GateMessage } from './protocol.ts'

/** Reads what came over the socket; words of a newer gate that mean nothing here are passed over. */
export function readGateMessage(data: unknown): GateMessage | undefined {
  const message = parse(data)
  const known = ['hello', 'policy', 'state', 'frames', 'next', 'pong', 'refused']
  return known.includes(String(message?.type)) ? (message as unknown as GateMessage) : undefined
}

/** Close codes after which coming back would be of no use, and why. */
export const whyNever: ReadonlyMap<number, string> = new Map([
  [closeCodes.forbidden, 'kiosk_revoked'],
  [closeCodes.replaced, 'replaced'],
])

/** Reads the wait out of a close reason; none when it carries none. */
export function readRetryAfter(reason: string): number | undefined {
  const wait = parse(reason)?.retry_after_ms
  return typeof wait === 'number' && wait >= 0 ? wait : undefined
}

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string' || data === '') return undefined
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
