interface PrerenderedDocument extends Document {
  prerendering?: boolean
}

/** Waits, but no longer than until the phone is back online or back in the visitor's hand. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    const signals = new AbortController()
    const finish = () => {
      clearTimeout(timer)
      signals.abort()
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    addEventListener('online', finish, { signal: signals.signal })
    document.addEventListener('visibilitychange', finish, { signal: signals.signal })
  })
}

/** Waits until a person can see the page: a preview or a prerendered page is nobody's scan. */
export async function untilSeen(): Promise<void> {
  const page: PrerenderedDocument = document
  while (page.prerendering || page.visibilityState === 'hidden') {
    await new Promise(resolve => {
      page.addEventListener('prerenderingchange', resolve, { once: true })
      page.addEventListener('visibilitychange', resolve, { once: true })
    })
  }
}
