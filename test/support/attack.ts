import { type TestContext, test } from 'node:test'
import type { Mode } from '../../server/src/config.ts'
import { type Aftermath, assertUnharmed } from './aftermath.ts'
import { type Gate, type Settings, startGate } from './gate.ts'

export interface AttackOptions extends Aftermath {
  settings?: Settings
  mode?: Mode
}

/** A test against a gate of its own, which must have come through it unharmed. */
export function attack(
  name: string,
  body: (gate: Gate, t: TestContext) => Promise<void>,
  options: AttackOptions = {},
): void {
  test(name, async t => {
    const gate = await startGate(t, options.settings, options.mode)
    await body(gate, t)
    await assertUnharmed(gate, options)
  })
}
