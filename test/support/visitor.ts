import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Gate } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'
import { SeedClient } from './seed-client.ts'

/** The visitor of most tests. */
export const visitor = { id: 'hong', name: '홍길동', password: 'correct horse battery' } as const

export interface Stage {
  kiosk: Kiosk
  signIn: StartAnswer
  phone: Phone
  id: string
}

type At = Pick<Gate, 'url'>

/** Adds an account with the password of {@link visitor}. */
export async function addAccount({ url }: At, id: string = visitor.id): Promise<void> {
  await new SeedClient(url).insert(id, visitor.password)
}

/** A sign-in that a phone has scanned. @param headers what else the phone's browser sends. */
export async function scannedSignIn({ url }: At, headers = {}): Promise<Stage> {
  const kiosk = new Kiosk(url)
  const phone = new Phone(url, headers)
  const signIn = await kiosk.start()
  const { answer } = await phone.scan(signIn.frame.url)
  if (answer.status !== 200) throw new Error(`scan: ${answer.status} ${await answer.text()}`)
  return { kiosk, signIn, phone, id: signIn.id }
}

/** A sign-in that an existing account has approved. */
export async function approvedSignIn(gate: At, account: string = visitor.id): Promise<Stage> {
  const stage = await scannedSignIn(gate)
  const answer = await stage.phone.signIn(stage.id, account, visitor.password)
  if (answer.status !== 200) throw new Error(`sign in: ${answer.status} ${await answer.text()}`)
  return stage
}
