// `npm run bench:cases [-- NAME …]`: the times that single cases of attacks and faults are held to; tests say only
// what happens. A line names the cases that it stands for.

import type { Scope } from '../../test/support/gate.ts'
import { call } from '../support/call.ts'
import { endedAfter } from '../support/ends.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { withoutLimits } from '../support/served-gate.ts'
import { measureAttacks } from './attacks.ts'
import { measureFaults } from './faults.ts'
import { measureFloods } from './floods.ts'
import { measurePolls } from './polls.ts'
import { measureReception } from './reception.ts'
import { measureRedis } from './redis.ts'

const parts: Record<string, (scope: Scope) => Promise<void>> = {
  attacks: async scope => measureAttacks(await startDemo(scope)),
  polls: async scope => measurePolls(await startDemo(scope)),
  reception: measureReception,
  faults: measureFaults,
  redis: measureRedis,
  floods: measureFloods,
}

const names = process.argv.slice(2)
for (const [name, measure] of Object.entries(parts)) {
  if (names.length === 0 || names.includes(name)) await endedAfter(measure)
}
process.exit()

async function startDemo(scope: Scope): Promise<MeasuredProcess> {
  const gate = await MeasuredProcess.start(scope, {
    file: '../../server/src/boot/qrgate.ts',
    args: ['demo', '--no-reception'],
    answersAt: '/healthz',
    env: withoutLimits,
  })
  await call(`${gate.url}/api/test/insert?user_id=bench&user_pwd=bench`, { method: 'POST' })
  return gate
}
