import { call } from './call.ts'
import { median, row } from './figures.ts'
import type { MeasuredProcess } from './measured-process.ts'

const rounds = 5
const calls = 4_000

/** Processor time of the server for one request, in microseconds. */
async function cpuPerCall(server: MeasuredProcess, path: string, method: string): Promise<number> {
  const before = server.cpuMs()
  for (let done = 0; done < calls; done += 50) {
    await Promise.all(Array.from({ length: 50 }, () => call(server.url + path, method)))
  }
  return ((server.cpuMs() - before) * 1000) / calls
}

/** What a start costs beside a bare Fastify, interleaved, medians of rounds. */
export async function measureRequests(floor: MeasuredProcess, gate: MeasuredProcess) {
  const routes = [
    ['Fastify, one JSON route', floor, '/json', 'GET'],
    ['start, seed (JWT)', gate, '/api/qr/start', 'GET'],
    ['start, v1', gate, '/api/v1/sign-ins', 'POST'],
    ['a ticket of 8 000 letters, refused', gate, `/q/${'A'.repeat(8_000)}`, 'GET'],
  ] as const
  const cpu = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, server, path, method] of routes) {
      const spent = await cpuPerCall(server, path, method)
      // The first round warms up.
      if (round > 0) cpu.set(name, [...(cpu.get(name) ?? []), spent])
    }
  }
  const bare = median(cpu.get(routes[0][0]) ?? [])
  for (const [name, values] of cpu) {
    const each = median(values)
    const figures = `${each.toFixed(1)} µs CPU, ${(bare / each).toFixed(2)} of Fastify`
    row(name.startsWith('a ticket') ? 'S008' : '', name, figures)
  }
}
