import { pause } from '../test/support/patience.ts'
import { readiness } from '../test/support/readiness.ts'
import { type GateSet, password } from './gate-set.ts'
import { withinPatience } from './history.ts'

/** Tries again until somebody has signed in from start to claim at this node, and it says that it is ready. */
export async function untilHealed(set: GateSet, node: number): Promise<void> {
  const url = set.urls[node] as string
  while (!(await withinPatience(15_000, signsIn(set, url), false))) await pause(100)
  while ((await withinPatience(3_000, readyz(url), undefined))?.status !== 'ready') await pause(100)
}

export interface Said {
  status: string
  /** By part, of those that are degraded. */
  reasons: Record<string, string>
}

/** What a node says of itself; undefined where it says nothing. */
export async function readyz(url: string): Promise<Said | undefined> {
  const said = await readiness(url).catch(() => undefined)
  if (said === undefined) return undefined
  const reasons = Object.entries(said.parts).flatMap(([part, { reason }]) =>
    reason === undefined ? [] : [[part, reason] as const],
  )
  return { status: said.body, reasons: Object.fromEntries(reasons) }
}

async function signsIn(set: GateSet, url: string): Promise<boolean> {
  try {
    const kiosk = set.probing.at(url)
    const signIn = await kiosk.start()
    const phone = set.phone(url)
    const { answer } = await phone.scan(await kiosk.frame(signIn))
    const account = set.accounts.at(-1) as string
    const approved = answer.ok && (await phone.signIn(signIn.id, account, password)).ok
    if (!approved || !(await kiosk.claim(signIn)).ok) return false
    await kiosk.post(`/api/v1/sign-ins/${signIn.id}/end`, signIn.kiosk_secret, {})
    return true
  } catch {
    return false
  }
}
