import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whatever can let go at its end: a test, or with `{ after }` a whole file. */
export interface Scope {
  after(letGo: () => unknown): void
}

export function temporaryFolder(t: Scope, within = tmpdir()): string {
  const folder = mkdtempSync(join(within, 'qrgate-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * A port that a server of its own can have a moment later: not one of those that the system gives to connections,
 * which come and go all the time, and none that browsers refuse (https://fetch.spec.whatwg.org/#port-blocking).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 30_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
