import type { KioskStorage } from '@qrgate/sdk'

/** A reloaded page asks before the browser has noticed that the page before it is gone. */
const takeoverMs = 1_000

/**
 * Where this page keeps the sign-in under way: in `localStorage`, where a browser that was killed finds
 * it when it is started again. All of the browser's pages share that, so it is one page's at a time, the
 * one that holds the lock; any other page, the demo's frame and a page that may not lock (without
 * HTTPS) have their tab's `sessionStorage`, which survives a reload.
 */
export async function pageStorage(): Promise<() => KioskStorage> {
  const holds = window === top && (await holdLock())
  return () => (holds ? localStorage : sessionStorage)
}

/** @returns whether this page is the one that holds the lock; in the back-forward cache none may hold it. */
async function holdLock(): Promise<boolean> {
  const { locks } = navigator as Partial<Navigator>
  if (!locks) return false
  let release = () => {}
  const request = (options: LockOptions) =>
    new Promise<boolean>(resolve => {
      const hold = (lock: Lock | null) => {
        resolve(lock !== null)
        return new Promise<void>(done => {
          release = done
        })
      }
      locks.request('qrgate-kiosk', options, hold).catch(() => resolve(false))
    })
  const holds = await request({ signal: AbortSignal.timeout(takeoverMs) })
  if (!holds) return false
  addEventListener('pagehide', () => release())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void request({ ifAvailable: true })
  })
  return true
}
