import { address, type Page, type PhoneState } from './page.ts'

/** What became of a request. */
export type Answer =
  | { kind: 'state'; state: PhoneState; seq: number; handOff: HandOffSeen | null }
  | { kind: 'refused'; status: number; code: string; retryAfter: number }
  /** Nothing was done; asking again makes sense after so many seconds. */
  | { kind: 'later'; seconds: number }
  /** No answer: the gate may have heard the request, or not. */
  | { kind: 'lost' }

/** Which hand-off somebody has seen, and how much of it. */
export interface HandOffSeen {
  id: string
  seq: number
}

const patience = 10_000
/** Seconds. */
export const longestWait = 20

export function ask(page: Page): Promise<Answer> {
  return call(address(page), {})
}

/** The same as soon as it changes, or after a while. */
export function askForNews(page: Page): Promise<Answer> {
  return call(`${address(page)}?since=${page.seq}&wait=${longestWait}`, {}, longestWait * 1000)
}

/**
 * What is new since a sign-in and its hand-off were seen; at once where `wait` is 0.
 * @param wait in seconds.
 * @param given aborts when nobody waits for the answer any more; the answer is then `lost`.
 */
export function askForHandOff(
  { id, seq, handOff }: { id: string; seq: number; handOff: HandOffSeen },
  wait: 0 | typeof longestWait,
  given: AbortSignal,
): Promise<Answer> {
  const query = `since=${seq}&hand_off_since=${handOff.seq}&wait=${wait}`
  return call(`/s/${id}?${query}`, { signal: given }, wait * 1000)
}

/** The page is closed before the visitor has signed in: whoever waits at the kiosk goes on sooner. */
export function leave(page: Page): void {
  const init = { method: 'POST', keepalive: true, credentials: 'same-origin' } as const
  fetch(`${address(page)}/leave`, init).catch(() => {})
}

export function commitScan(page: Page): Promise<Answer> {
  return call(`${address(page)}/scan`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ receipt: page.receipt }),
  })
}

/** So that what the visitor has typed is there when they scan the screen once more. */
export function keepTyped(page: Page): Promise<unknown> {
  const typed = new URLSearchParams()
  for (const name of ['account', 'name']) {
    const { value = '' } = document.querySelector<HTMLInputElement>(`#${name}`) ?? {}
    if (value !== '') typed.append(name, value)
  }
  return `${typed}` === '' ? Promise.resolve() : submit(`${address(page)}/scan`, typed)
}

export function submit(action: string, fields: URLSearchParams): Promise<Answer> {
  return call(action, { method: 'POST', body: fields })
}

async function call(path: string, init: RequestInit, waitMs = 0): Promise<Answer> {
  const abort = new AbortController()
  const giveUp = () => abort.abort()
  const timer = setTimeout(giveUp, patience + waitMs)
  init.signal?.addEventListener('abort', giveUp)
  const headers = { ...init.headers, accept: 'application/json' }
  try {
    const response = await fetch(path, {
      ...init,
      headers,
      signal: abort.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    })
    const { status } = response
    if (status === 503) return { kind: 'later', seconds: retryAfter(response) }
    return read(response, await response.json())
  } catch {
    // Also where a proxy or a hotel's Wi-Fi answered in the gate's stead, in something else than JSON.
    return { kind: 'lost' }
  } finally {
    clearTimeout(timer)
    init.signal?.removeEventListener('abort', giveUp)
  }
}

interface Body {
  state?: PhoneState
  seq?: number
  hand_off?: HandOffSeen
  code?: string
}

function read(response: Response, body: Body): Answer {
  const { status } = response
  const { state, seq = -1, hand_off: handOff = null } = body
  if (status < 300 && state !== undefined) return { kind: 'state', state, seq, handOff }
  if (body.code !== undefined) {
    const retryAfter = Number(response.headers.get('retry-after'))
    return { kind: 'refused', status, code: body.code, retryAfter }
  }
  return { kind: 'lost' }
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'))
  return seconds > 0 && seconds < 60 ? Math.ceil(seconds) : 2
}
