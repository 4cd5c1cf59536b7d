import type { StartedSignIn } from './starter.ts'

/** What a kiosk needs of a `sessionStorage` or `localStorage`. */
export type KioskStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * The sign-in under way, kept for the same page after a reload: its id and its kiosk secret, and
 * nothing of the visitor. A storage that is full, broken or forbidden does no harm.
 */
export class KeptSignIn {
  readonly #storage: () => KioskStorage | undefined
  readonly #key: () => string
  #kept: StartedSignIn | undefined

  /** @param key one for each gate: a kiosk secret of one opens nothing at another. */
  constructor(storage: () => KioskStorage | undefined, key: () => string) {
    this.#storage = storage
    this.#key = key
  }

  read(): StartedSignIn | undefined {
    this.#kept ??= this.#use(storage => started(storage.getItem(this.#key())))
    return this.#kept
  }

  write({ id, kiosk_secret }: StartedSignIn): void {
    if (id === this.#kept?.id) return
    this.#kept = { id, kiosk_secret }
    const text = JSON.stringify(this.#kept)
    this.#use(storage => storage.setItem(this.#key(), text))
  }

  forget(): void {
    this.#kept = undefined
    this.#use(storage => storage.removeItem(this.#key()))
  }

  #use<T>(act: (storage: KioskStorage) => T): T | undefined {
    try {
      const storage = this.#storage()
      return storage && act(storage)
    } catch {
      return undefined
    }
  }
}

function started(text: string | null): StartedSignIn | undefined {
  const { id, kiosk_secret } = Object(JSON.parse(text ?? 'null')) as Partial<StartedSignIn>
  if (typeof id !== 'string' || typeof kiosk_secret !== 'string') return undefined
  return { id, kiosk_secret }
}
