import type { Scope } from '../../test/support/gate.ts'
import { addressOf, startSite } from '../../test/support/site.ts'
import { scannedBy, signInAt } from '../../test/support/under-attack.ts'
import { compare, percentile, row, timed, timedEach } from '../support/figures.ts'

/** How long people wait while strangers have passwords checked or judged as fast as they can. */
export async function measureFloods(scope: Scope): Promise<void> {
  const site = await startSite(scope, {
    env: { QRGATE_REGISTRATION: 'open', QRGATE_HASH_WAIT_SECONDS: '3' },
  })
  const members = Array.from({ length: 40 }, (_, n) => `member-${n}`)
  await site.addAccounts(['hong'])
  await site.addAccounts(members, 'bcrypt-12')
  const [attacked, beside] = [await site.kiosk(addressOf(1)), await site.kiosk(addressOf(1))]
  const [node] = site.nodes
  const health = () => timed(async () => void (await (await fetch(`${node?.url}/healthz`)).text()))

  /** From the kiosk's start to the visitor's answer, on the same Wi-Fi. */
  const signIns = (times: number) =>
    timedEach(times, async () => {
      const { phone, id } = await scannedBy(site.phone(addressOf(1)), beside)
      await signInAt(phone, id, 'hong')
    })
  const quiet = await signIns(20)
  const quietHealth = await timedEach(20, health)

  /** Strangers with a sign-in each, who go on trying until somebody says that it is over. */
  const flood = async (
    tries: (scanned: Awaited<ReturnType<typeof scannedBy>>, n: number) => Promise<Response>,
  ) => {
    let over = false
    const took: number[] = []
    const refused: number[] = []
    const strangers = Array.from({ length: 50 }, async (_, n) => {
      // A kiosk has 600 scans a minute.
      for (let scans = 0; scans < 5 && !over; scans += 1) {
        const scanned = await scannedBy(site.phone(addressOf(1)), attacked)
        for (let round = 0; round < 200 && !over; round += 1) {
          let status = 0
          const each = await timed(async () => {
            const answer = await tries(scanned, n)
            status = answer.status
            await answer.text()
          })
          took.push(each)
          if (status === 503) refused.push(each)
        }
      }
    })
    const visitors = await signIns(20)
    const healths = await timedEach(20, health)
    over = true
    await Promise.all(strangers)
    return { took, refused, visitors, healths }
  }

  const dear = await flood(({ phone, id }, n) => phone.signIn(id, members[n % 40] ?? '', 'a guess'))
  compare('N02', 'a sign-in beside guesses at bcrypt-12', dear.visitors, quiet)
  row('N02', 'the longest until a stranger was told to come again', ms(Math.max(...dear.refused)))
  row('N02', 'the longest that any stranger waited for an answer', ms(Math.max(...dear.took)))
  const slow = await flood(({ phone, id }, n) =>
    phone.signUp(id, `new-${n}`, '', '\u2057'.repeat(1_023).concat('a')),
  )
  compare('N01', 'a sign-in beside sign-ups with slow words', slow.visitors, quiet)
  compare('N01', 'healthz beside them', slow.healths, quietHealth)
  row('N01', 'such a sign-up, p95', ms(percentile(slow.took, 0.95)))
}

const ms = (value: number) => `${value.toFixed(0)} ms`
