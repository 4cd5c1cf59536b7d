import { existsSync, globSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Debian's package `faketime` keeps it in a folder of the machine's kind. */
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

/** Why tests with a clock of their own cannot be run here. */
export const withoutFakeClocks = library === undefined && 'there is no faketime'

/** The wall clock that a program believes in; its monotonic clock is the machine's. */
export class FakeClock {
  readonly #file: string

  /** @param folder that the program may read. */
  constructor(folder: string) {
    removeLeftOvers()
    this.#file = join(folder, 'clock')
    this.set(0)
  }

  /** Sets the clock of whatever runs by it, at once. @param ahead of the machine's, in milliseconds. */
  set(ahead: number): void {
    const seconds = ahead / 1000
    // Under another name first: it is read all the time.
    writeFileSync(`${this.#file}.next`, `${seconds < 0 ? '' : '+'}${seconds}\n`)
    renameSync(`${this.#file}.next`, this.#file)
  }

  /** What a program is started with. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    }
  }
}

/** A program that is killed leaves behind what it shares with its children. */
function removeLeftOvers(): void {
  for (const file of globSync('/dev/shm/*faketime_s*_*')) {
    const pid = file.split('_').at(-1)
    if (!existsSync(`/proc/${pid}`)) rmSync(file, { force: true })
  }
}
