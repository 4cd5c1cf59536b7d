import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from './gate.ts'

export interface SmallDisk {
  folder: string
  /** Leaves room for nothing more. */
  fill(): void
  makeRoom(): void
  /** Whether it can be written at all. */
  remount(mode: 'ro' | 'rw'): void
}

/** Only root may mount; elsewhere these tests are left out, and say so. */
export const withoutMounts =
  process.geteuid?.() === 0 && process.platform === 'linux' ? false : 'only root may mount a disk'

/** A disk of a few megabytes, in memory. */
export function smallDisk(t: Scope, megabytes = 16): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-disk-'))
  const mount = (...args: string[]) => execFileSync('mount', args)
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder)
  t.after(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true })
  })
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(ballast, Buffer.alloc(bavail * bsize + bsize), { flag: 'a' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    makeRoom: () => rmSync(ballast),
    remount: mode => mount('-o', `remount,${mode}`, folder),
  }
}
