import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'

const ends: (() => unknown)[] = []
const t = { after: (end: () => unknown) => void ends.push(end) }
const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'two-nodes' },
    'sign-ins': { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '' },
  },
})
const wanted = new RegExp(values.faults)
const outcome = await runCampaign(t, {
  set: values.set as 'sqlite',
  signIns: Number(values['sign-ins']),
  seed: Number(values.seed),
  windows: {
    pending: 60_000,
    scanned: 60_000,
    approved: 90_000,
    claimAgain: 60_000,
    visit: 60_000,
  },
  rest: [2000, 4000],
  isWanted: kind => wanted.test(kind),
  say: console.log,
}).catch(async error => {
  console.error(error)
  for (const end of ends) await end()
  process.exit(2)
})
const { violations, befallen, output } = outcome
for (const b of befallen) console.log(b.healedMs, b.kinds.join(' + '), '|', b.said.join(' | '))
for (const v of violations.slice(0, 20)) {
  console.log(v.invariant, v.signIn, v.what)
  for (const l of v.lines) console.log('   ', JSON.stringify(l))
}
console.log(violations.length, 'violations')
const { writeFileSync } = await import('node:fs')
writeFileSync(`/tmp/chaos-${values.set}-${values.seed}.log`, output)
for (const end of ends) await end()
process.exit()
