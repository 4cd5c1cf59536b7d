import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

interface PartState {
  status: string
  for_ms?: number
  reason?: string
}

export interface Readiness {
  status: number
  body: string
  parts: Record<string, PartState>
  retryAfter: string | null
  ms: number
}

/** What `/readyz` says. */
export async function readiness(url: string): Promise<Readiness> {
  const began = performance.now()
  const answer = await fetch(`${url}/readyz`)
  const { status, parts } = (await answer.json()) as Pick<Readiness, 'parts'> & { status: string }
  const retryAfter = answer.headers.get('retry-after')
  return { status: answer.status, body: status, parts, retryAfter, ms: performance.now() - began }
}

/** Waits until all nodes say so; faults are noticed within seconds, on a loaded machine too. */
export async function untilReady(
  nodes: readonly { url: string }[],
  wanted: 'ready' | 'degraded' | 'not_ready',
): Promise<void> {
  const end = performance.now() + 20_000
  for (const { url } of nodes) {
    for (;;) {
      const { body } = await readiness(url)
      if (body === wanted) break
      assert.ok(performance.now() < end, `${url} says ${body}, not ${wanted}`)
      await sleep(50)
    }
  }
}
