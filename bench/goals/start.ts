import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { median } from '../support/figures.ts'
import { startServed } from '../support/served-gate.ts'

/** P16: what a start of the process costs until it answers, of the package that operators install. */
export async function measureStart({ scope, of }: Bench): Promise<Measured[]> {
  const { process } = await startServed(scope, { isBuilt: true })
  const seconds: number[] = []
  for (let n = 0; n < of(7, 3); n += 1) {
    await process.stop('SIGTERM')
    await process.boot()
    seconds.push(process.cpuMicros() / 1e6)
  }
  return [{ goal: 'P16', value: median(seconds), parts: { most: Math.max(...seconds) } }]
}
