import assert from 'node:assert/strict'
import { once } from 'node:events'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { KioskSocket } from '../support/kiosk.ts'
import { turns, until } from '../support/patience.ts'
import { frameBytes, opcodes, type RawFrame, RawSocket } from '../support/raw-socket.ts'
import { scannedSignIn } from '../support/visitor.ts'

async function closeCodeFor({ url }: Gate, ...frames: RawFrame[]): Promise<number> {
  const socket = await RawSocket.open(url)
  socket.send(...frames)
  const code = await socket.closed
  socket.socket.destroy()
  return code
}

/** Another kiosk, which must not notice anything. */
async function bystander(gate: Gate) {
  const { signIn, kiosk, phone, id } = await scannedSignIn(gate)
  const socket = await kiosk.watch(signIn)
  await socket.state(id, 'scanned')
  return {
    async assertServed() {
      await phone.deny(id)
      await socket.state(id, 'denied')
      socket.cut()
    },
  }
}

attack('S037 a message in too many pieces ends its socket at the sixteenth', async gate => {
  const other = await bystander(gate)
  const piece: RawFrame = { opcode: opcodes.more, payload: ' ', fin: false }
  const start: RawFrame = { ...piece, opcode: opcodes.text }
  const flood = [start, ...Array.from({ length: 3_000 }, () => piece)]
  const codes = await Promise.all(Array.from({ length: 40 }, () => closeCodeFor(gate, ...flood)))
  assert.deepEqual(new Set(codes), new Set([1008]))
  const sixteen = await RawSocket.open(gate.url)
  const answered = once(sixteen.socket, 'data')
  sixteen.send(start, ...Array.from({ length: 15 }, () => piece), { opcode: opcodes.ping })
  const [answer] = (await answered) as [Buffer]
  assert.equal(answer.readUInt8(0) & 0x0f, opcodes.pong, 'sixteen pieces are still a message')
  sixteen.send(piece)
  assert.equal(await sixteen.closed, 1008, 'the seventeenth ends it')
  sixteen.socket.destroy()
  await other.assertServed()
})

attack('S037 a message that comes byte by byte is heard all the same', async gate => {
  const socket = await RawSocket.open(gate.url)
  let heard = ''
  socket.socket.on('data', chunk => {
    heard += chunk.toString('latin1')
  })
  for (const byte of frameBytes({ opcode: opcodes.text, payload: '{"type":"ping"}' })) {
    socket.socket.write(Buffer.from([byte]))
    await turns()
  }
  await until('it is heard', () => heard.includes('"pong"'))
  socket.socket.destroy()
})

attack('S038 frames against the protocol end their socket with the right code', async gate => {
  const other = await bystander(gate)
  const text = opcodes.text
  const cases: [name: string, code: number, ...RawFrame[]][] = [
    ['a frame over 4 KiB', 1009, { opcode: text, payload: 'x'.repeat(4_097) }],
    ['64 KiB', 1009, { opcode: text, payload: 'x'.repeat(65_536) }],
    ['64 MiB announced', 1009, { opcode: text, length: 64 * 2 ** 20 }],
    ['2^62 bytes announced', 1009, { opcode: text, length: 2 ** 62 }],
    ['invalid UTF-8', 1007, { opcode: text, payload: Buffer.from([0xff, 0xfe, 0xc0, 0x80]) }],
    ['a surrogate in UTF-8', 1007, { opcode: text, payload: Buffer.from([0xed, 0xa0, 0x80]) }],
    ['a reserved opcode', 1002, { opcode: 3 }],
    ['a reserved control opcode', 1002, { opcode: 11 }],
    ['a compressed frame', 1002, { opcode: text, payload: '{}', reserved: 4 }],
    ['a reserved bit', 1002, { opcode: text, payload: '{}', reserved: 1 }],
    ['no mask', 1002, { opcode: text, payload: '{}', masked: false }],
    ['a continuation of nothing', 1002, { opcode: opcodes.more, payload: 'x' }],
    ['a ping in pieces', 1002, { opcode: opcodes.ping, fin: false }],
    ['a ping over 125 bytes', 1002, { opcode: opcodes.ping, payload: 'x'.repeat(126) }],
    ['a close code that is none', 1002, { opcode: opcodes.close, payload: Buffer.from([0, 7]) }],
    ['a binary message', 4400, { opcode: opcodes.binary, payload: '{"type":"ping"}' }],
  ]
  for (const [name, code, ...frames] of cases) {
    // A close frame may be lost behind a reset where the peer was still sending.
    const got = await closeCodeFor(gate, ...frames)
    assert.ok(got === code || (code === 1009 && got === 1006), `${name}: ${got}`)
  }
  await other.assertServed()
})

attack('S038 while pings flood in, everybody else is served', async gate => {
  const known = await scannedSignIn(gate)
  const { kiosk_secret } = known.signIn
  const flooder = await RawSocket.open(gate.url)
  const say = (message: object) => ({ opcode: opcodes.text, payload: JSON.stringify(message) })
  flooder.send(say({ type: 'watch', id: known.id, kiosk_secret }))
  const ping: RawFrame = { opcode: opcodes.ping }
  // As many as nobody is hung up on for.
  const batch = Buffer.concat(
    [...Array.from({ length: 25 }, () => ping), say({ type: 'ping' })].map(frameBytes),
  )
  let sent = 0
  let answered = 0
  let flooding = true
  /** One batch is being looked at, and the next is on its way. */
  const flood = () => {
    while (flooding && sent < answered + 2) {
      flooder.socket.write(batch)
      sent += 1
    }
  }
  flooder.socket.on('data', chunk => {
    answered += chunk.toString('latin1').split('"pong"').length - 1
    flood()
  })
  flood()
  for (let round = 0; round < 10; round += 1) {
    const { signIn, kiosk, phone, id } = await scannedSignIn(gate)
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'scanned')
    await phone.deny(id)
    await socket.state(id, 'denied')
    assert.ok(sent > answered && !flooder.socket.closed, 'the flood was over')
    socket.cut()
  }
  flooding = false
  assert.ok(answered > 0, 'the gate looked at nothing of it')

  const burst = await RawSocket.open(gate.url)
  burst.send(...Array.from({ length: 100_000 }, () => ping))
  assert.equal(await burst.closed, 1006, 'so many at once are not answered one by one')
  burst.socket.destroy()
  flooder.socket.destroy()
})

attack('S043 what is not a message ends the socket and pollutes nothing', async gate => {
  const { signIn, id } = await scannedSignIn(gate)
  const { kiosk_secret } = signIn
  const watch = { type: 'watch', id, kiosk_secret }
  const messages = [
    '',
    'null',
    '[]',
    '"watch"',
    '{}',
    '{"type":"watch"}',
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '[{"type":"ping"}]',
    '{"type":"ping","extra":1}',
    '{"type":"ping","__proto__":{"polluted":1}}',
    '{"__proto__":{"type":"ping","polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}},"type":"ping"}',
    '['.repeat(4_000),
    `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`,
    JSON.stringify({ ...watch, id: 1 }),
    JSON.stringify({ ...watch, id: [id] }),
    JSON.stringify({ ...watch, id: `${id}\n` }),
    JSON.stringify({ ...watch, kiosk_secret: { $gt: '' } }),
    JSON.stringify({ ...watch, renew: 'yes' }),
    JSON.stringify({ type: 'frames', id, ask: 1.5 }),
    JSON.stringify({ type: 'frames', id, ask: '1' }),
    '{"type":"ping"}\u0000',
    '{"type":"ping"}{"type":"ping"}',
  ]
  for (const message of messages) {
    const socket = await KioskSocket.open(gate.url)
    socket.sayRaw(message)
    assert.equal((await socket.closed).code, 4400, message.slice(0, 80))
    assert.deepEqual(socket.heard, [])
  }
})

attack('S043 what follows a refused message or a close is not heard', async gate => {
  const { signIn, id } = await scannedSignIn(gate)
  const watch = JSON.stringify({ type: 'watch', id, kiosk_secret: signIn.kiosk_secret })
  const socket = await RawSocket.open(gate.url)
  let heard = ''
  socket.socket.on('data', chunk => {
    heard += chunk.toString('latin1')
  })
  const { text, close } = opcodes
  socket.send({ opcode: text, payload: '{' }, { opcode: text, payload: watch })
  assert.equal(await socket.closed, 4400)
  const leaver = await RawSocket.open(gate.url)
  leaver.send({ opcode: close, payload: Buffer.from([3, 232]) }, { opcode: text, payload: watch })
  leaver.socket.on('data', chunk => {
    heard += chunk.toString('latin1')
  })
  await leaver.closed
  for (const { socket: end } of [socket, leaver]) {
    end.destroy()
    if (!end.closed) await once(end, 'close')
  }
  assert.ok(!heard.includes('scanned'))
})
