import type { Patch } from './patch.ts'

/** A defence of the gate, switched off: its tests must notice. */
export interface Defence extends Patch {
  /** What is no longer so with it, in plain words. */
  says: string
  /** Where it must be noticed. */
  tests: readonly [DefenceTest, ...DefenceTest[]]
}

export interface DefenceTest {
  /** From the clone's folder on. */
  file: string
  /** The id of a case, such as `S021`: one test at least whose title has it must fail. */
  name: string
}

/** Whether a title carries the id of a case. */
export function carries(title: string, id: string): boolean {
  return new RegExp(`\\b${id}\\b`).test(title)
}
