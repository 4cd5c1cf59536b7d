// `npm run bench`: ratios against a bare Fastify in the same run, interleaved, medians of rounds.
import { Agent, request } from 'node:http'
import { WebSocket } from 'ws'
import { MeasuredProcess } from './measured-process.ts'

const rounds = 5
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

function call(url: string, method = 'GET', body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(url, { method, agent, headers }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const percentile = (values: number[], p: number) =>
  values.sort((a, b) => a - b)[Math.floor(values.length * p)] ?? Number.NaN

const floor = await MeasuredProcess.start('floor-server.ts', [], '/json')
const gate = await MeasuredProcess.start('../server/src/boot/cli.ts', ['demo'], '/healthz')

/** Processor time of the server for one request, in microseconds. */
async function cpuPerCall(server: MeasuredProcess, path: string, method = 'GET'): Promise<number> {
  const calls = 4_000
  const before = server.cpuMs()
  for (let done = 0; done < calls; done += 50) {
    await Promise.all(Array.from({ length: 50 }, () => call(server.url + path, method)))
  }
  return ((server.cpuMs() - before) * 1000) / calls
}

const routes = [
  ['Fastify, one JSON route', floor, '/json', 'GET'],
  ['start, seed (JWT)', gate, '/api/qr/start', 'GET'],
  ['start, v1', gate, '/api/v1/sign-ins', 'POST'],
] as const
const cpu = new Map<string, number[]>()
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, server, path, method] of routes) {
    const spent = await cpuPerCall(server, path, method)
    // The first round warms up.
    if (round > 0) cpu.set(name, [...(cpu.get(name) ?? []), spent])
  }
}
const bare = median(cpu.get('Fastify, one JSON route') ?? [])
for (const [name, values] of cpu) {
  const each = median(values)
  console.log(
    `${name.padEnd(28)} ${each.toFixed(1)} µs CPU, ${(bare / each).toFixed(2)} of Fastify`,
  )
}

/** From the last byte of the POST to the kiosk's message. */
async function delivery(server: MeasuredProcess, socketPath: string, post: () => Promise<unknown>) {
  const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath)
  const heard = new Promise<number>(resolve => {
    socket.on('message', data => data.toString() === 'success' && resolve(performance.now()))
  })
  await new Promise(resolve => socket.once('open', resolve))
  await new Promise(resolve => setTimeout(resolve, 5))
  const sent = performance.now()
  await post()
  const took = (await heard) - sent
  socket.close()
  return took
}

await call(`${gate.url}/api/test/insert?user_id=bench&user_pwd=bench`, 'POST')
const credentials = JSON.stringify({ id: 'bench', pwd: 'bench' })
const [floors, gates]: [number[], number[]] = [[], []]
for (let round = 0; round < 200; round += 1) {
  floors.push(
    await delivery(floor, `/wait/${round}`, () => call(`${floor.url}/done/${round}`, 'POST')),
  )
  const { token } = JSON.parse(await call(`${gate.url}/api/qr/start`)) as { token: string }
  const post = () => call(`${gate.url}/api/qr/auth/${token}`, 'POST', credentials)
  gates.push(await delivery(gate, `/api/qr/ws/loading/${token}`, post))
}
for (const [name, values] of [
  ['floor', floors],
  ['gate with argon2id', gates],
] as const) {
  const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)]
  console.log(
    `POST to kiosk, ${name.padEnd(19)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
  )
}

/** Memory of one waiting socket, in kilobytes. */
async function perSocket(server: MeasuredProcess, path: () => Promise<string>): Promise<number> {
  const sockets: WebSocket[] = []
  const before = server.rssKb()
  for (let made = 0; made < 2_000; made += 100) {
    const paths = await Promise.all(Array.from({ length: 100 }, path))
    await Promise.all(
      paths.map(each => {
        const socket = new WebSocket(server.url.replace('http', 'ws') + each)
        sockets.push(socket)
        return new Promise(resolve => socket.once('open', resolve))
      }),
    )
  }
  await new Promise(resolve => setTimeout(resolve, 2_000))
  const each = (server.rssKb() - before) / sockets.length
  for (const socket of sockets) socket.terminate()
  return each
}

let number = 0
const bareSocket = await perSocket(floor, async () => `/wait/s${++number}`)
const waiting = await perSocket(gate, async () => {
  const { token } = JSON.parse(await call(`${gate.url}/api/qr/start`)) as { token: string }
  return `/api/qr/ws/loading/${token}`
})
const ratio = (waiting / bareSocket).toFixed(2)
console.log(
  `waiting kiosk ${waiting.toFixed(1)} KB, bare socket ${bareSocket.toFixed(1)} KB: ${ratio}`,
)

floor.stop()
gate.stop()
process.exit()
