// `npm run test:bite`: switches off the gate's defences one at a time. Each must be noticed by a test of its id.
import { defences } from '../patches/defences.ts'
import { faultsOf, tryWithout } from './try-defence.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.filter(id => !defences.some(defence => defence.id === id))
if (unknown.length > 0) {
  console.error(`There is no defence ${unknown.join(', ')}.`)
  process.exit(1)
}
const chosen = wanted.length === 0 ? defences : defences.filter(({ id }) => wanted.includes(id))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(1))
}

/** One waits for a server or a time-out while the other computes. */
const atOnce = 2

async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

const names = new Map<string, Set<string>>()
for (const { file, name } of chosen.flatMap(({ tests }) => tests)) {
  names.set(file, (names.get(file) ?? new Set()).add(name))
}
/** Tests that say nothing without a defence, as they fail with it. */
const broken = new Map<string, string>()
await inTurn([...names], async ([file, of]) => {
  for (const [name, fault] of await faultsOf(file, [...of])) broken.set(`${file} ${name}`, fault)
})

let noticed = 0
await inTurn(chosen, async defence => {
  const [fault] = defence.tests.flatMap(({ file, name }) => broken.get(`${file} ${name}`) ?? [])
  const verdict = fault === undefined ? await tryWithout(defence) : { fault }
  const isNoticed = 'noticedBy' in verdict
  if (isNoticed) noticed += 1
  const [mark, words] = isNoticed ? ['noticed', verdict.noticedBy] : ['UNNOTICED', verdict.fault]
  console.log(`${mark} ${defence.id} (${defence.says}): ${words}`)
})
console.log(`${noticed}/${chosen.length} noticed`)
process.exitCode = noticed === chosen.length ? 0 : 1
