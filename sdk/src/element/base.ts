/** What elements extend; server-side rendering imports pages too, and has no elements. */
export const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)
