import { address, type Page, type PhoneState } from './page.ts'

/** What became of a request. */
export type Answer =
  | StateAnswer
  | { kind: 'refused'; status: number; code: string; retryAfter: number }
  /** Nothing was done; asking again makes sense after so many seconds. */
  | { kind: 'later'; seconds: number }
  /** No answer, or one that does not say it: it may have been done, or not. */
  | { kind: 'lost' }

/** Where the sign-in stands. */
export interface StateAnswer {
  kind: 'state'
  state: PhoneState
  seq: number
  handOff: HandOffSeen | null
  /** How long the visitor may still take to sign in, in milliseconds. */
  left: number | undefined
  extendable: boolean
}

/** Which hand-off somebody has seen, and how much of it. */
export interface HandOffSeen {
  id: string
  seq: number
}

/** How long an answer may take, in milliseconds; and once the gate has waited for news. */
const patience = 10_000
const patienceAfterWait = 5_000
/** In seconds: on a connection that has died silently, nobody hears of the news until it is over. */
export const longestWait = 10
/**
 * What is harmless to send twice is sent once more beside itself when it has no answer for so long, in
 * milliseconds: on another connection, as the one may be dead.
 */
const againAfter = 1_500

/** How a request is sent. */
interface Sending {
  /** How long the gate may wait for news, in milliseconds. */
  waitMs?: number
  again?: boolean
}

export function ask(page: Page): Promise<Answer> {
  return call(address(page), {}, { again: true })
}

/** The same as soon as it changes, or after a while. */
export function askForNews(page: Page): Promise<Answer> {
  const path = `${address(page)}?since=${page.seq}&wait=${longestWait}`
  return call(path, {}, { waitMs: longestWait * 1000 })
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
  return call(`/s/${id}?${query}`, { signal: given }, { waitMs: wait * 1000, again: wait === 0 })
}

/** The page is closed before the visitor has signed in: whoever waits at the kiosk goes on sooner. */
export function leave(page: Page): void {
  const init = { method: 'POST', keepalive: true, credentials: 'same-origin' } as const
  fetch(`${address(page)}/leave`, init).catch(() => {})
}

export function commitScan(page: Page): Promise<Answer> {
  return press(`${address(page)}/scan`, new URLSearchParams({ receipt: page.receipt }))
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

/** A form with a password costs the gate much, and counts as a try: it is on its way once. */
export function submit(action: string, fields: URLSearchParams): Promise<Answer> {
  return call(action, { method: 'POST', body: fields })
}

/** What costs the gate little, and may be said twice. */
export function press(action: string, body = new URLSearchParams()): Promise<Answer> {
  return call(action, { method: 'POST', body }, { again: true })
}

async function call(path: string, init: RequestInit, sending: Sending = {}): Promise<Answer> {
  const { waitMs = 0, again = false } = sending
  const abort = new AbortController()
  const giveUp = () => abort.abort()
  const late = setTimeout(giveUp, waitMs === 0 ? patience : waitMs + patienceAfterWait)
  let repeated: ReturnType<typeof setInterval> | undefined
  init.signal?.addEventListener('abort', giveUp)
  try {
    return await new Promise<Answer>(resolve => {
      const send = () => void exchange(path, { ...init, signal: abort.signal }).then(resolve)
      if (again) repeated = setInterval(send, againAfter)
      send()
    })
  } finally {
    clearTimeout(late)
    clearInterval(repeated)
    giveUp()
    init.signal?.removeEventListener('abort', giveUp)
  }
}

/** One request and its answer. */
async function exchange(path: string, init: RequestInit): Promise<Answer> {
  const headers = { ...init.headers, accept: 'application/json' }
  try {
    const response = await fetch(path, {
      ...init,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
    })
    return read(response, await response.json())
  } catch {
    // Also where a proxy or a hotel's Wi-Fi answered in the gate's stead, in something else than JSON.
    return { kind: 'lost' }
  }
}

interface Body {
  state?: PhoneState
  seq?: number
  hand_off?: HandOffSeen
  expires_in_ms?: number
  extendable?: boolean
  code?: string
}

function read(response: Response, body: Body): Answer {
  const { status } = response
  const {
    state,
    seq = -1,
    hand_off: handOff = null,
    expires_in_ms: left,
    extendable = false,
    code,
  } = body
  if (status < 300 && state !== undefined)
    return { kind: 'state', state, seq, handOff, left, extendable }
  if (code === undefined || code === 'outcome_unknown') return { kind: 'lost' }
  const retryAfter = Number(response.headers.get('retry-after'))
  if (status !== 503) return { kind: 'refused', status, code, retryAfter }
  return { kind: 'later', seconds: retryAfter > 0 && retryAfter < 60 ? Math.ceil(retryAfter) : 2 }
}
