import { localBus } from '../../server/src/bus/local.ts'
import { turns } from '../support/patience.ts'
import { busSuite } from './bus-suite.ts'

busSuite('local bus', async t => {
  const bus = localBus()
  t.after(() => bus.close())
  return { bus, settled: () => turns(2) }
})
