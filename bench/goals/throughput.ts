import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { scanned, submit } from '../support/approve.ts'
import { median } from '../support/figures.ts'
import { startServed } from '../support/served-gate.ts'

const inFlight = 32

/** P18: how many sign-ins a second are written down, each to the disk, where no hash has to be waited for. */
export async function measureThroughput({ scope, of }: Bench): Promise<Measured[]> {
  const each = of(1_600, 640)
  const gate = await startServed(scope, { freePasswords: true })
  const perSecond: number[] = []
  const cpu: number[] = []
  for (let round = 0; round <= of(5, 2); round += 1) {
    // Everything before the submit is made beforehand: opening pages is not what is measured.
    const ready: (() => Promise<void>)[] = []
    const scan = async () => {
      while (ready.length < each) {
        const phone = gate.phone()
        const signIn = await scanned(gate.kiosk(), phone)
        ready.push(() => submit(phone, signIn.id))
      }
    }
    await Promise.all(Array.from({ length: inFlight }, scan))
    const before = gate.process.cpuMicros()
    const began = performance.now()
    const done = ready.length
    const work = async () => {
      for (let next = ready.pop(); next; next = ready.pop()) await next()
    }
    await Promise.all(Array.from({ length: inFlight }, work))
    if (round === 0) continue
    perSecond.push((done / (performance.now() - began)) * 1000)
    cpu.push((gate.process.cpuMicros() - before) / done / 1000)
  }
  return [{ goal: 'P18', value: median(perSecond), parts: { cpuMsEach: median(cpu) } }]
}
