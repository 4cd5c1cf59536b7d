/**
 * Calls when waiting any longer is pointless: the network is back, or the page is seen again.
 * In Node there is neither, and nothing is called.
 */
export function onWake(call: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  const seen = () => {
    if (document.visibilityState === 'visible') call()
  }
  window.addEventListener('online', call)
  document.addEventListener('visibilitychange', seen)
  return () => {
    window.removeEventListener('online', call)
    document.removeEventListener('visibilitychange', seen)
  }
}
