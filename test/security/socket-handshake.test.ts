import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { KioskSocket } from '../support/kiosk.ts'
import { exchange, request } from '../support/raw-http.ts'
import { upgradeHeaders } from '../support/raw-socket.ts'
import { scannedSignIn } from '../support/visitor.ts'

const allowed = 'https://kiosk.example.org'

attack(
  'S035 only our own and the allowed origins may open a socket',
  async gate => {
    const status = async (origin?: string) => {
      const headers = { ...upgradeHeaders(), ...(origin !== undefined && { origin }) }
      return (await exchange(gate.url, request(gate.url, `GET ${paths.kiosk}`, headers))).status
    }
    for (const origin of [undefined, gate.url, allowed]) assert.equal(await status(origin), 101)
    const foreign = [
      'null',
      '',
      '*',
      'https://evil.example',
      'https://kiosk.example.org.evil.example',
      'https://evil-kiosk.example.org',
      'http://kiosk.example.org',
      'https://kiosk.example.org:8443',
      'HTTPS://KIOSK.EXAMPLE.ORG',
      'https://kiosk.example.org/',
      `${allowed}, ${gate.url}`,
      gate.url.replace('http:', 'https:'),
      gate.url.replace(/:\d+$/, ''),
    ]
    for (const origin of foreign) assert.equal(await status(origin), 403, origin)
  },
  { settings: { QRGATE_ALLOWED_ORIGINS: allowed } },
)

attack('S035 a kiosk cookie alone watches nothing', async gate => {
  const { id } = await scannedSignIn(gate)
  const enrol = { method: 'POST', headers: { origin: gate.url } }
  const enrolled = await fetch(gate.url + paths.kioskEnrol, enrol)
  const cookie = enrolled.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const socket = await KioskSocket.open(gate.url, { cookie, origin: gate.url })
  socket.say({ type: 'watch', id, kiosk_secret: '' })
  assert.equal((await socket.closed).code, 4401)
  assert.deepEqual(socket.heard, [])
})

attack('S036 a malformed handshake is refused and the gate stands', async gate => {
  const { url } = gate
  const status = async (headers: Record<string, string>, line = `GET ${paths.kiosk}`) => {
    return (await exchange(url, request(url, line, headers))).status
  }
  const upgrade = upgradeHeaders()
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x-${n}`, 'a']))
  assert.equal(await status({ ...upgrade, ...many }), 431)
  for (const key of ['', 'short', 'x'.repeat(24), `${'A'.repeat(21)}==`]) {
    assert.equal(await status({ ...upgrade, 'sec-websocket-key': key }), 400, key)
  }
  for (const version of ['12', '0', 'x', '99']) {
    const answer = await status({ ...upgrade, 'sec-websocket-version': version })
    assert.ok([400, 426].includes(answer), `${version}: ${answer}`)
  }
  const extensions = [
    'constructor',
    '__proto__',
    'permessage-deflate; constructor=1',
    'a;b=c,'.repeat(500),
  ]
  for (const extension of extensions) {
    const answer = await status({ ...upgrade, 'sec-websocket-extensions': extension })
    assert.ok([101, 400].includes(answer), `${extension.slice(0, 40)}: ${answer}`)
  }
  const { upgrade: _, ...h2c } = { ...upgrade, upgrade: 'h2c' }
  const preface = { ...h2c, upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' }
  assert.ok((await status(preface)) < 500)
  assert.equal((await exchange(url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).status, 400)
})

attack('S036 an upgrade at any other address is refused as such', async gate => {
  const { url } = gate
  const { signIn } = await scannedSignIn(gate)
  const ticket = new URL(signIn.frame.url).pathname
  const lines = ['GET /', 'GET /healthz', `GET ${ticket}`, 'GET /nothing', `GET ${paths.signIns}`]
  for (const line of [...lines, `POST ${paths.signIns}`, 'GET /api/qr/start']) {
    const { status } = await exchange(url, request(url, line, upgradeHeaders()))
    assert.equal(status, 404, line)
  }
  const withBody = {
    ...upgradeHeaders(),
    'content-type': 'application/json',
    'content-length': '9',
  }
  const posted = await exchange(url, request(url, `POST ${paths.signIns}`, withBody))
  assert.equal(posted.status, 404)
})

attack('S044 a kiosk secret in an address proves nothing and is not logged', async gate => {
  const { signIn, id } = await scannedSignIn(gate)
  const query = `?kiosk_secret=${signIn.kiosk_secret}&id=${id}`
  const direct = await KioskSocket.open(gate.url, {}, query)
  direct.say({ type: 'ping' })
  await direct.until(message => message.type === 'pong')
  assert.deepEqual(direct.heard, [{ type: 'pong' }])
  direct.cut()
  const view = await fetch(`${gate.url}${paths.signIn(id)}${query}`)
  assert.equal(view.status, 401)
  assert.ok(!gate.log().includes(signIn.kiosk_secret))
})
