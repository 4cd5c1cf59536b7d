import { until } from './patience.ts'

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
}

/** What `/readyz` says. */
export async function readiness(url: string): Promise<Readiness> {
  const answer = await fetch(`${url}/readyz`)
  const { status, parts } = (await answer.json()) as Pick<Readiness, 'parts'> & { status: string }
  return {
    status: answer.status,
    body: status,
    parts,
    retryAfter: answer.headers.get('retry-after'),
  }
}

/** Waits until all nodes say so. */
export async function untilReady(
  nodes: readonly { url: string }[],
  wanted: 'ready' | 'degraded' | 'not_ready',
): Promise<void> {
  for (const { url } of nodes) {
    await until(`${url} is ${wanted}`, async () => (await readiness(url)).body === wanted, 50)
  }
}
