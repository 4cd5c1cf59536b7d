import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { Answers } from '../support/answers.ts'
import { inBatches } from '../support/in-batches.ts'
import { addressOf, householdOf, type Site, startSite } from '../support/site.ts'
import { whole } from '../support/under-attack.ts'

/*
 * Where nobody is enrolled, everybody may use everything: so each has a bound of their own.
 */

/** One use of something that is stored for whoever asks. */
type Use = (site: Site, address: string) => Promise<Response>

const uses: Record<string, Use> = {
  'enrolments of demo screens': (site, address) => site.phone(address).post(paths.kioskEnrol, {}),
  // What one kiosk may cause is tried without the wire too, in signin/flow.test.ts.
  ...(whole && {
    'cancels of what nobody scanned': async (site, address) => {
      const screen = site.screen(address)
      return screen.cancel(await screen.start())
    },
    scans: async (site, address) => {
      const { frame } = await site.screen(address).start()
      return (await site.phone(address).scan(frame.url)).answer
    },
    'codes to type': async (site, address) => {
      const screen = site.screen(address)
      const { id, kiosk_secret } = await screen.start()
      return screen.post(paths.userCode(id), kiosk_secret)
    },
    'accounts by the seed’s API': (site, address) =>
      site.client(address).insert(randomUUID(), 'any password'),
  }),
}

/** More of anything than one network has a use for in a minute. */
const most = 3_000

for (const [what, use] of Object.entries(uses)) {
  test(`N09 ${what} have a bound, which says so and is a stranger’s own`, async t => {
    const site = await startSite(t, { mode: 'demo' })
    const answers = await useUp(site, use)
    t.diagnostic(`${answers}`)
    assert.ok(answers.withStatus(429) > 0, `${answers}`)
    assert.equal(answers.withStatus(429) + answers.count('ok'), answers.all, `${answers}`)
    for (const address of [addressOf(2), householdOf(2), householdOf(3)]) {
      for (let n = 0; n < 5; n += 1) {
        const answer = await use(site, address)
        assert.ok(answer.ok, `${address}: ${answer.status} ${await answer.text()}`)
      }
    }
    await site.assertUnharmed()
  })
}

test('N09 accounts by the seed’s API have a bound for each network, whatever comes of them', async t => {
  const site = await startSite(t, { mode: 'demo' })
  // Of an id that is none: what is limited is the asking, and no hash is made.
  const insert: Use = (site, address) => site.client(address).insert('', 'any password')
  const answers = await useUp(site, insert)
  assert.ok(answers.withStatus(429) > 0, `${answers}`)
  assert.equal((await insert(site, addressOf(2))).status, 200)
})

/** From all addresses of one household, which are one network, until one of them is refused. */
async function useUp(site: Site, use: Use): Promise<Answers> {
  const answers = new Answers()
  await inBatches(Array.from({ length: most }), 32, async (_, n) => {
    if (answers.withStatus(429) === 0) await answers.add(use(site, householdOf(1, n + 1)))
  })
  return answers
}
