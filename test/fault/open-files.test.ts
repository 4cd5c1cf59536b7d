import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { GateProcess } from '../support/gate-process.ts'
import { until } from '../support/patience.ts'
import { readiness } from '../support/readiness.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const withoutProc =
  process.platform === 'linux' ? false : 'only Linux tells what a process has open'

interface Answer {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}

/** A browser that has a connection already, and asks on no other. */
function connected(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (path: string, method = 'GET', accept = 'application/json'): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const options = { agent, method, headers: { accept, 'accept-encoding': 'identity' } }
    const asked = request(url + path, options, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', more => {
        text += more
      })
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }))
    })
    asked.on('error', reject).end()
    return promise
  }
  return { ask, end: () => agent.destroy() }
}

test('F28: a gate that may open nothing more serves whom it has, says why, and goes on by itself', {
  skip: withoutProc,
}, async t => {
  const gate = await GateProcess.start(t, { QRGATE_LOG_LEVEL: 'info' })
  await addAccount(gate)
  const { phone, id, kiosk, signIn } = await scannedSignIn(gate)
  const socket = await kiosk.watch(signIn)
  await socket.state(id, 'scanned')
  const { ask, end } = connected(gate.url)
  t.after(end)
  const page = await ask('/kiosk', 'GET', 'text/html')
  const asset = /\/assets\/[^"]+\.js/.exec(page.text)?.[0] ?? ''
  const open = () => readdirSync(`/proc/${gate.pid}/fd`).length
  const limit = open() + 12
  execFileSync('prlimit', [`--pid=${gate.pid}`, `--nofile=${limit}:${limit}`])

  const crowd: Socket[] = []
  const come = () => {
    const one = connect(Number(new URL(gate.url).port), '127.0.0.1')
    // Whoever finds no room is hung up on.
    one.on('error', () => {})
    crowd.push(one)
  }
  await until('nothing more can be opened', async () => {
    come()
    return (await ask('/readyz')).text.includes('no file or socket more can be opened')
  })
  await gate.logged(/no file or socket more can be opened; raise LimitNOFILE/)
  const { status } = JSON.parse((await ask('/readyz')).text) as { status: string }
  assert.equal(status, 'degraded')
  assert.equal((await ask('/api/v1/sign-ins', 'POST')).status, 201)
  const refused = await ask('/kiosk')
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [503, 'busy'])
  assert.equal(refused.headers['cache-control'], 'no-store')
  // What reads these takes a folder that cannot be opened for one that is not there.
  const lacking = await ask(asset)
  assert.ok((lacking.status ?? 0) >= 400)
  assert.equal(lacking.headers['cache-control'], 'no-store', 'no browser keeps that for a year')
  socket.cut()
  for (const one of crowd) one.destroy()

  await until('it is well again', async () => (await readiness(gate.url)).status === 200)
  await gate.logged(/files and sockets can be opened again/)
  assert.equal((await ask('/kiosk', 'GET', 'text/html')).status, 200)
  assert.equal((await phone.signIn(id, visitor.id, visitor.password)).status, 200)
  const back = await kiosk.watch(signIn)
  await back.state(id, 'approved')
  back.cut()
})
