import { type KioskView, paths, type Refused } from '@qrgate/sdk/protocol'

/** The gate would not say who this screen is; `code` is undefined when it did not answer at all. */
export class NotIntroduced extends Error {
  readonly code: string | undefined

  constructor(code: string | undefined) {
    super(code ?? 'no answer')
    this.code = code
  }
}

/** The gate has enrolled this screen, and the next moment does not know it. */
let isForgotten = false

/** Whether this browser keeps the cookie that a screen shows itself with; as far as is known by now. */
export function keepsCookies(): boolean {
  return navigator.cookieEnabled && !isForgotten
}

async function ask(method: 'GET' | 'POST', path: string): Promise<KioskView> {
  let response: Response
  let body: KioskView & Partial<Refused>
  try {
    response = await fetch(path, {
      method,
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(8000),
    })
    body = await response.json()
  } catch {
    throw new NotIntroduced(undefined)
  }
  if (!response.ok) throw new NotIntroduced(body.code)
  return body
}

/**
 * Asks the gate who this screen is.
 * A screen it does not know tries to enrol itself, which only a demo gate allows.
 */
export async function introduce(): Promise<KioskView> {
  try {
    return await ask('GET', paths.kiosk)
  } catch (refusal) {
    if (!isUnknown(refusal) || !keepsCookies()) throw refusal
    await ask('POST', paths.kioskEnrol).catch((closed: NotIntroduced) => {
      // A gate where screens may not enrol themselves has no such route: what it said first stands.
      throw closed.code === 'not_found' ? refusal : closed
    })
    return await ask('GET', paths.kiosk).catch((forgotten: NotIntroduced) => {
      // Once more would be one more kiosk that nobody ever sees again.
      isForgotten = isUnknown(forgotten)
      throw forgotten
    })
  }
}

function isUnknown(failure: unknown): boolean {
  return failure instanceof NotIntroduced && failure.code === 'kiosk_not_enrolled'
}

/** Asks until the gate answers, and reports every failure on the way. */
export async function introduceUntilKnown(
  onFailure: (code: string | undefined) => void,
): Promise<KioskView> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await introduce()
    } catch (failure) {
      onFailure(failure instanceof NotIntroduced ? failure.code : undefined)
    }
    await pause(attempt)
  }
}

/** Full jitter up to 10 s, cut short when the network comes back. */
function pause(attempt: number): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, 500 + Math.random() * Math.min(10_000, 1000 * 2 ** attempt))
    addEventListener('online', done)
  })
}
