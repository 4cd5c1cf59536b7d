import { accountIdKey, requireAccountId } from '../../server/src/accounts/account-id.ts'
import { preparedPassword, requireNewPassword } from '../../server/src/accounts/new-password.ts'
import { readAssertion, readAttestation } from '../../server/src/accounts/passkey-messages.ts'
import { readConfig } from '../../server/src/config.ts'
import { jwtTickets } from '../../server/src/protocol/jwt-ticket.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { kioskSecrets } from '../../server/src/protocol/kiosk-secret.ts'
import { isPhoneKey } from '../../server/src/protocol/phone-key.ts'
import { receipts } from '../../server/src/protocol/receipt.ts'
import { isSignInId } from '../../server/src/protocol/sign-in-id.ts'
import { compactTickets } from '../../server/src/protocol/ticket.ts'
import { readUserCode } from '../../server/src/protocol/user-code.ts'
import { parseKioskMessage } from '../../server/src/ws/kiosk-message.ts'

const origin = 'https://gate.example.org'
const keyring = deriveKeyring(['a key that only this test knows, 32 bytes long'], 'test')
const id = '01890000-0000-7000-8000-000000000000'
const requireNew = (text: string) => requireNewPassword(preparedPassword(text), ['hong'], [])

/** Whatever reads what a stranger sent. */
export const validators: Record<string, (text: string) => unknown> = {
  'compact ticket': compactTickets(keyring, origin).read,
  JWT: jwtTickets(keyring, 300).read,
  'kiosk secret': text => kioskSecrets(keyring, origin).read(id, text),
  receipt: text => receipts(keyring, origin).read(id, 'hash', text, 0),
  'phone key': isPhoneKey,
  'sign-in id': isSignInId,
  'kiosk message': parseKioskMessage,
  'account id': requireAccountId,
  'account id key': accountIdKey,
  'new password': requireNew,
  'user code': readUserCode,
  'passkey assertion': readAssertion,
  'new passkey': readAttestation,
  'public URL': text => readConfig({ PUBLIC_URL: text }, 'serve'),
  number: text => readConfig({ PORT: text }, 'serve'),
}

/** Texts of about this length, each of a kind that some pattern is slow with. */
export function hostileTexts(size: number): string[] {
  const fill = (text: string) => text.repeat(Math.ceil(size / text.length))
  const units = [
    'a',
    ' ',
    '\t ',
    '.',
    'A2',
    '가',
    'e\u0301',
    '\u0000',
    '-',
    '{"a":',
    '[',
    '\\',
    '😀',
    '\ud800',
  ]
  const hostile = units.flatMap(unit => [
    fill(unit),
    `${fill(unit)}!`,
    `!${fill(unit)}`,
    `a${fill(unit)}a`,
  ])
  hostile.push(`https://${fill('a')}.`, `${fill('a.')}${fill('=')}`, `a.${fill('e30')}.a`)
  return hostile
}
