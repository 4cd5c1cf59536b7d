import type { KioskStorage } from '@qrgate/sdk'

/**
 * Where this page keeps the sign-in under way: in its tab's `sessionStorage`, where a reload finds it,
 * and besides in `localStorage`, where a browser that was killed finds it when it is started again. All
 * of the browser's pages share that, so it is one page's at a time, the one that holds a lock; any other
 * page, the demo's frame and a page that may not lock (without HTTPS) do without.
 */
export async function pageStorage(): Promise<KioskStorage> {
  const storage = new PageStorage()
  if (window === top && navigator.locks) await storage.share()
  return storage
}

class PageStorage implements KioskStorage {
  #keys = new Set<string>()
  /** Ends the lock; absent while this page has none. */
  #release: (() => void) | undefined
  #waiting = new AbortController()

  getItem(key: string): string | null {
    this.#keys.add(key)
    return sessionStorage.getItem(key) ?? (this.#release ? localStorage.getItem(key) : null)
  }

  setItem(key: string, value: string): void {
    this.#keys.add(key)
    sessionStorage.setItem(key, value)
    if (this.#release) localStorage.setItem(key, value)
  }

  removeItem(key: string): void {
    this.#keys.add(key)
    sessionStorage.removeItem(key)
    if (this.#release) localStorage.removeItem(key)
  }

  /** Answers once it is known whether another page has the lock, and waits for it if so. */
  async share(): Promise<void> {
    // In the back-forward cache no page may hold a lock, or wait for one.
    addEventListener('pagehide', () => {
      this.#waiting.abort()
      this.#release?.()
    })
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) void this.#waitForLock()
    })
    await new Promise<void>(known => {
      void this.#lock({ ifAvailable: true }, held => {
        known()
        // A reloaded page asks before the browser has noticed that the page before it is gone.
        if (!held) void this.#waitForLock()
      }).finally(known)
    })
  }

  #waitForLock(): Promise<void> {
    this.#waiting = new AbortController()
    return this.#lock({ signal: this.#waiting.signal }, () => {
      // What is there is of a page that is gone: this one's own before a reload, or another's.
      for (const key of this.#keys) {
        const own = sessionStorage.getItem(key)
        if (own === null) localStorage.removeItem(key)
        else localStorage.setItem(key, own)
      }
    })
  }

  /** Holds the lock until it is released. A browser that forbids it does no harm. */
  async #lock(options: LockOptions, then: (held: boolean) => void): Promise<void> {
    const hold = (lock: Lock | null) => {
      if (!lock) return then(false)
      const released = new Promise<void>(resolve => {
        this.#release = () => {
          this.#release = undefined
          resolve()
        }
      })
      then(true)
      return released
    }
    await navigator.locks.request('qrgate-kiosk', options, hold).catch(() => {})
  }
}
