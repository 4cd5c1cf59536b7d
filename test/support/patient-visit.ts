import type { ClaimAnswer, StartAnswer } from '@qrgate/sdk/protocol'
import type { Kiosk } from './kiosk.ts'
import { patiently } from './patience.ts'
import type { Phone } from './phone.ts'

/*
 * The steps of a sign-in, each tried again for as long as the gate cannot just now, or a connection
 * breaks: as people and the SDK do. An answer that is final is never asked for again.
 */

/** @throws Error where a server could not answer just now. */
async function final(asked: Promise<Response>): Promise<Response> {
  const answer = await asked
  if (answer.status < 500) return answer
  throw new Error(`${answer.status} ${await answer.text()}`)
}

export async function startPatiently(kiosk: Kiosk): Promise<StartAnswer> {
  const answer = await patiently(() => final(kiosk.tryStart()))
  if (answer.status !== 201) throw new Error(`start: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as StartAnswer
}

/** Scans what the screen shows by now: a QR that was shown long ago is accepted no more. */
export async function scanPatiently(
  kiosk: Kiosk,
  signIn: StartAnswer,
  phone: Phone,
): Promise<void> {
  await patiently(async () => {
    // An answer that got lost may have been a yes.
    if ((await kiosk.view(signIn)).state === 'scanned') return
    const { answer } = await phone.scan(await kiosk.frame(signIn))
    if (answer.status !== 200) throw new Error(`scan: ${answer.status} ${await answer.text()}`)
  })
}

export async function signInPatiently(
  phone: Phone,
  { id }: Pick<StartAnswer, 'id'>,
  account: string,
  password: string,
  receipt = '',
): Promise<void> {
  const answer = await patiently(() => final(phone.signIn(id, account, password, receipt)))
  if (answer.status !== 200) throw new Error(`sign in: ${answer.status} ${await answer.text()}`)
}

export async function claimPatiently(kiosk: Kiosk, signIn: StartAnswer): Promise<ClaimAnswer> {
  const answer = await patiently(() => final(kiosk.claim(signIn)))
  if (answer.status !== 200) throw new Error(`claim: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as ClaimAnswer
}
