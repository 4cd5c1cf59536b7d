// `npm run bench`: what takes time, measured; tests say only what happens. Ratios within one run, as
// milliseconds say little about another machine. A line names the cases that it stands for.
import { measureAttacks } from './attacks.ts'
import { call } from './call.ts'
import { measureDelivery } from './delivery.ts'
import { measureFaults } from './faults.ts'
import { measureFloods } from './floods.ts'
import { measureHandOffs } from './hand-offs.ts'
import { measureLog } from './log.ts'
import { MeasuredProcess } from './measured-process.ts'
import { measureMemory } from './memory.ts'
import { measureReception } from './reception.ts'
import { measureRedis } from './redis.ts'
import { measureRequests } from './requests.ts'

const ends: (() => unknown)[] = []
const scope = { after: (end: () => unknown) => void ends.unshift(end) }

try {
  const floor = await MeasuredProcess.start('floor-server.ts', [], '/json')
  scope.after(() => floor.stop())
  const gate = await MeasuredProcess.start('../server/src/boot/qrgate.ts', ['demo'], '/healthz')
  scope.after(() => gate.stop())
  await call(`${gate.url}/api/test/insert?user_id=bench&user_pwd=bench`, 'POST')

  const only = process.argv[2]
  const parts = {
    requests: () => measureRequests(floor, gate),
    delivery: () => measureDelivery(floor, gate),
    attacks: () => measureAttacks(gate),
    memory: () => measureMemory(floor, gate),
    'hand-offs': () => measureHandOffs(scope),
    reception: () => measureReception(scope),
    log: () => measureLog(scope),
    faults: () => measureFaults(scope),
    redis: () => measureRedis(scope),
    floods: () => measureFloods(scope),
  }
  for (const [name, measure] of Object.entries(parts)) {
    if (only === undefined || only === name) await measure()
  }
} finally {
  for (const end of ends) await end()
}
process.exit()
