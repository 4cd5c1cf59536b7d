import { runCampaign } from './campaign.ts'

const ends: (() => unknown)[] = []
const t = { after: (end: () => unknown) => void ends.push(end) }
const { seed, violations, befallen } = await (async () => {
  const seed = 1
  const outcome = await runCampaign(t, {
    set: 'two-nodes',
    signIns: Number(process.argv[2] ?? 50),
    seed,
    windows: {
      pending: 20_000,
      scanned: 30_000,
      approved: 60_000,
      claimAgain: 30_000,
      visit: 20_000,
    },
    rest: [2000, 4000],
    isWanted: () => true,
    say: console.log,
  })
  return { seed, ...outcome }
})()
console.log(JSON.stringify(befallen, null, 1))
for (const v of violations.slice(0, 20)) {
  console.log(v.invariant, v.signIn, v.what)
  for (const l of v.lines) console.log('   ', JSON.stringify(l))
}
console.log(violations.length, 'violations', seed)
for (const end of ends) await end()
process.exit()
