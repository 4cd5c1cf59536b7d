/**
 * What stands beside kiosk and phone: the desk where this browser may see it, as it shows names; else
 * the waiting room's board; nothing where the demo has no reception.
 */
export type Beside = 'desk' | 'board' | 'nothing'

const session = '/reception/desk/session'

/**
 * Becomes the desk by the code in the page's address, if there is one, and takes it out of there: it is
 * good once, and an address is soon copied.
 */
export async function besideHere(): Promise<Beside> {
  const code = new URLSearchParams(location.hash.slice(1)).get('desk')
  if (code !== null) {
    history.replaceState(history.state, '', location.pathname + location.search)
    await fetch(session, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ link: code }),
    })
  }
  const { status } = await fetch(session)
  if (status === 204) return 'desk'
  return status === 401 ? 'board' : 'nothing'
}
