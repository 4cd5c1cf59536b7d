import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { isOutOfFiles } from '../errors.ts'
import type { EventLog } from '../logger.ts'

export interface OpenFiles {
  /** Since when nothing can be opened, by `performance.now()`; null while something can. */
  lostSince(): number | null
  stop(): void
}

const every = 5_000

/**
 * Notices when this process may open no file and no socket more. Nobody tells it: connections that cannot be taken
 * are closed before the program hears of them.
 */
export function watchOpenFiles(logger: EventLog): OpenFiles {
  let lost: number | null = null
  const look = () => {
    const mayOpen = canOpen()
    if (mayOpen === (lost === null)) return
    lost = mayOpen ? null : performance.now()
    if (mayOpen) logger.info({}, 'files and sockets can be opened again')
    else logger.warn({}, outOfFiles)
  }
  const timer = setInterval(look, every)
  timer.unref()
  return {
    lostSince() {
      look()
      return lost
    },
    stop: () => clearInterval(timer),
  }
}

export const outOfFiles =
  'no file or socket more can be opened; raise LimitNOFILE (systemd) or ulimit -n'

function canOpen(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return true
  } catch (error) {
    return !isOutOfFiles(error)
  }
}
