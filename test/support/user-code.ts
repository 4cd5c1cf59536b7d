import assert from 'node:assert/strict'
import type { StartAnswer, UserCodeAnswer } from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import type { Kiosk } from './kiosk.ts'
import type { Phone } from './phone.ts'

/** What the kiosk asks for after the visitor's tap. */
export async function askUserCode(kiosk: Kiosk, signIn: StartAnswer): Promise<UserCodeAnswer> {
  const answer = await kiosk.post(paths.userCode(signIn.id), signIn.kiosk_secret)
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()) as UserCodeAnswer
}

/** What the page at `/code` sends, and what came of it. */
export async function typeCode(phone: Phone, typed: string) {
  const answer = await phone.post('/code', { user_code: typed }, 'text/html')
  const page = await answer.text()
  return {
    status: answer.status,
    page,
    retryAfter: Number(answer.headers.get('retry-after')),
    location: answer.headers.get('location'),
    receipt: /name="receipt" value="([^"]+)"/.exec(page)?.[1] ?? '',
    id: /\/s\/([0-9a-f-]{36})/.exec(page)?.[1] ?? '',
  }
}
