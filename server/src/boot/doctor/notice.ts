import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../config.ts'
import { settings } from '../../settings.ts'
import type { Store } from '../../store/store.ts'
import type { Add } from './finding.ts'

/** Whether what the settings say to whoever signs up is what they are told. */
export async function checkNotice(
  { site }: Store,
  { registration, signUpNotice }: Config,
  add: Add,
): Promise<void> {
  if (registration === 'closed') return
  const { notice } = await site.read()
  const back = 'changes it, and `qrgate site notice --settings` goes back to the settings'
  if (notice !== null && !isDeepStrictEqual(notice, signUpNotice)) {
    add(
      'ok',
      'notice',
      `whoever signs up reads an operator's notice; \`qrgate site notice\` ${back}`,
    )
    const unused = ofNotice.filter(name => process.env[name])
    if (unused.length > 0) {
      add(
        'warn',
        'notice',
        `${unused.join(', ')} ${unused.length > 1 ? 'are' : 'is'} shown to nobody`,
      )
    }
  }
  if ((notice ?? signUpNotice).privacyUrl === '') {
    add('warn', 'notice', 'people sign up and no privacy notice is linked; set QRGATE_PRIVACY_URL')
  }
}

const ofNotice = Object.keys(settings).filter(name => /^QRGATE_(SIGN_UP_|PRIVACY_URL$)/.test(name))
