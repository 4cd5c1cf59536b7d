/**
 * Calls when the page goes away, for good or into the back-forward cache, and when it comes back from
 * there as it was. In Node there is neither, and nothing is called.
 */
export function onPageLife(gone: () => void, back: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  const shown = ({ persisted }: PageTransitionEvent) => {
    if (persisted) back()
  }
  window.addEventListener('pagehide', gone)
  window.addEventListener('pageshow', shown)
  return () => {
    window.removeEventListener('pagehide', gone)
    window.removeEventListener('pageshow', shown)
  }
}
