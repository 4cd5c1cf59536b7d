import type { ActionAnswer, DeskActions, ReceptionRefused } from '../../src/wire.ts'

export type Failure = ReceptionRefused['code'] | 'unreachable'

const send = (path: string, body: object) =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Whether this browser may see the desk; a link in the address (`#link=CODE`) is used up for it. */
export async function openDesk(): Promise<'open' | Failure> {
  const link = /^#link=(.+)$/.exec(location.hash)?.[1]
  try {
    const used = link === undefined ? undefined : await send('desk/session', { link })
    if (link !== undefined) history.replaceState(null, '', location.pathname + location.search)
    // Whoever reloads has used the link, and has what it was for.
    const { status } = await fetch('desk/session')
    if (status === 204) return 'open'
    return status === 401 ? (used ? 'link_used' : 'no_desk') : 'internal'
  } catch {
    return 'unreachable'
  }
}

/** Does something at the desk. A session that is over leads back to the page that says so. */
export async function act<Name extends keyof DeskActions>(
  name: Name,
  body: DeskActions[Name],
): Promise<ActionAnswer | Failure> {
  try {
    const answer = await send(`desk/${name}`, body)
    if (answer.status === 401) location.reload()
    const said = await answer.json()
    return answer.ok ? (said as ActionAnswer) : (said as ReceptionRefused).code
  } catch {
    return 'unreachable'
  }
}

/** Not `crypto.randomUUID`: pages without TLS have none. */
export function uuid(): string {
  const random = () => crypto.getRandomValues(new Uint8Array(1))[0] ?? 0
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, digit =>
    (Number(digit) ^ (random() & (15 >> (Number(digit) / 4)))).toString(16),
  )
}
