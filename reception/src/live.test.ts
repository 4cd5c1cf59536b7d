import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { until } from '../../test/support/patience.ts'
import { createLive, mostStreams } from './live.ts'

const fill = 'x'.repeat(262_144)

/** A page's stream by itself: its connections, and both ends of each. */
async function setUp(t: TestContext) {
  let now = 1_000
  let text = ''
  const faults: unknown[] = []
  const state = async () => {
    if (text === 'a fault') throw new Error(text)
    return { text }
  }
  const live = createLive(
    state,
    () => now,
    fault => faults.push(fault),
  )
  const streams: ServerResponse[] = []
  const server = createServer((request, response) => {
    streams.push(response)
    live.add(response, Number(request.url?.slice(1)) || undefined)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    live.close()
    server.closeAllConnections()
    server.close()
  })
  const listen = async (path = '/') => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const page = { socket, heard: '' }
    t.after(() => socket.destroy())
    socket.on('data', chunk => {
      page.heard += chunk
    })
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await until('it hears', () => page.heard.includes('data: '))
    return page
  }
  return {
    ...{ listen, streams, faults },
    say(next: string) {
      text = next
      live.changed()
    },
    setClock(at: number) {
      now = at
    },
  }
}

test('a page that takes nothing is let go, and keeps none of the others from hearing', async t => {
  const { listen, say, streams } = await setUp(t)
  const stuck = await listen()
  stuck.socket.pause()
  const other = await listen()
  let said = 0
  await until('it is let go', async () => {
    said += 1
    say(`${said} ${fill}`)
    await until('the other hears', () => other.heard.includes(`"text":"${said} `))
    other.heard = ''
    return streams[0]?.destroyed === true
  })
  assert.equal(streams[1]?.destroyed, false)
})

test('S135: a page that may be shown no more hears of nothing that comes after', async t => {
  const { listen, say, setClock } = await setUp(t)
  const page = await listen('/2000')
  setClock(1_999)
  say('before')
  await until('it hears', () => page.heard.includes('before'))
  setClock(2_000)
  say('after')
  await until('it is cut', () => page.socket.readyState !== 'open')
  assert.ok(!page.heard.includes('after'))
})

test('a look that fails is told, and lets go of pages that would take the last one for now; they come back', async t => {
  const { faults, listen, say } = await setUp(t)
  const page = await listen()
  say('a fault')
  await until('it is told', () => faults.length === 1)
  await until('it is let go', () => page.heard.endsWith('\r\n0\r\n\r\n'))
  say('well again')
  assert.match((await listen()).heard, /well again/)
})

test('there is a place again for each that has gone', async t => {
  const { listen, streams } = await setUp(t)
  for (let round = 0; round <= mostStreams; round += 1) {
    const page = await listen()
    page.socket.destroy()
    await until('it is gone', () => streams.at(-1)?.destroyed === true)
  }
})
