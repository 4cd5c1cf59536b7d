import { type TestContext, test } from 'node:test'
import type { Mode } from '../../server/src/config.ts'
import { type Aftermath, assertUnharmed } from './aftermath.ts'
import { type Gate, type Settings, startGate } from './gate.ts'

export interface AttackOptions extends Aftermath {
  settings?: Settings
  mode?: Mode
  /**
   * Timers of this process come only when the test lets them: what is learned all the same was told
   * directly, and by no fallback.
   */
  withoutTimers?: boolean
}

/** A test against a gate of its own, which must have come through it unharmed. */
export function attack(
  name: string,
  body: (gate: Gate, t: TestContext) => Promise<void>,
  options: AttackOptions = {},
): void {
  test(name, async t => {
    if (options.withoutTimers) t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const gate = await startGate(t, options.settings, options.mode)
    await body(gate, t)
    await assertUnharmed(gate, options)
  })
}
