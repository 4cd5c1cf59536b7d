import { call } from './call.ts'
import { median, row } from './figures.ts'
import type { MeasuredProcess } from './measured-process.ts'

const rounds = 5
const calls = 4_000

const asBrowsersDo = { 'accept-encoding': 'gzip, deflate, br' }

/** Processor time of the server for one request, in microseconds. */
async function cpuPerCall(
  server: MeasuredProcess,
  path: string,
  method: string,
  headers?: Record<string, string>,
): Promise<number> {
  const before = server.cpuMs()
  for (let done = 0; done < calls; done += 50) {
    const asked = Array.from({ length: 50 }, () =>
      call(server.url + path, method, undefined, headers),
    )
    await Promise.all(asked)
  }
  return ((server.cpuMs() - before) * 1000) / calls
}

/** The largest script of the kiosk's page. */
async function kioskScript(gate: MeasuredProcess): Promise<string> {
  return /\/assets\/kiosk-[\w-]+\.js/.exec(await call(`${gate.url}/kiosk`))?.[0] ?? ''
}

/** What a start costs, and a page, beside a bare Fastify, interleaved, medians of rounds. */
export async function measureRequests(floor: MeasuredProcess, gate: MeasuredProcess) {
  const script = await kioskScript(gate)
  const routes: [string, MeasuredProcess, string, string, Record<string, string>?][] = [
    ['Fastify, one JSON route', floor, '/json', 'GET'],
    ['start, seed (JWT)', gate, '/api/qr/start', 'GET'],
    ['start, v1', gate, '/api/v1/sign-ins', 'POST'],
    ['a ticket of 8 000 letters, refused', gate, `/q/${'A'.repeat(8_000)}`, 'GET'],
    ["a phone's page", gate, '/code', 'GET'],
    ["a phone's page, compressed", gate, '/code', 'GET', asBrowsersDo],
    ["the kiosk's script", gate, script, 'GET'],
    ["the kiosk's script, compressed", gate, script, 'GET', asBrowsersDo],
  ]
  const cpu = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, server, path, method, headers] of routes) {
      const spent = await cpuPerCall(server, path, method, headers)
      // The first round warms up.
      if (round > 0) cpu.set(name, [...(cpu.get(name) ?? []), spent])
    }
  }
  const bare = median(cpu.get('Fastify, one JSON route') ?? [])
  for (const [name, values] of cpu) {
    const each = median(values)
    const figures = `${each.toFixed(1)} µs CPU, ${(bare / each).toFixed(2)} of Fastify`
    row(caseOf(name), name, figures)
  }
}

function caseOf(name: string): string {
  if (name.startsWith('a ticket')) return 'S008'
  return name.endsWith('compressed') ? 'N11' : ''
}
