import { createHmac } from 'node:crypto'

type Json = Record<string, unknown>

/** A token as somebody would make it who knows the form but not the key. */
export function jwt(header: Json | string, payload: Json | string, key?: string): string {
  const part = (value: Json | string) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  const signature = key === undefined ? '' : sign(signed, key)
  return `${signed}.${signature}`
}

export function sign(text: string, key: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** Header and payload of a genuine token. */
export function readJwt(token: string): { header: Json; payload: Json; parts: string[] } {
  const parts = token.split('.')
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json
  return { header: read(parts[0]), payload: read(parts[1]), parts }
}
