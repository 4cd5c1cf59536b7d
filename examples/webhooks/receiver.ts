// Keeps the contract of docs/webhooks.md. WEBHOOK_SECRET=whsec_… node receiver.ts
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { buffer } from 'node:stream/consumers'

const { WEBHOOK_SECRET = '', PORT = '3000', DATA = 'numbers.sqlite' } = process.env
const keys = WEBHOOK_SECRET.split(' ').map(secret => Buffer.from(secret.slice(6), 'base64'))
if (keys.some(key => key.length < 24)) throw new Error('WEBHOOK_SECRET must be whsec_…')
const db = new DatabaseSync(DATA)
// No row is ever removed, so each new one gets the next number; on disk before it is answered.
db.exec('CREATE TABLE IF NOT EXISTS slips (number INTEGER PRIMARY KEY, id UNIQUE, cancelled)')
const cancel = db.prepare('UPDATE slips SET cancelled = 1 WHERE id = ?')
const find = db.prepare("SELECT printf('A-%03d', number) no, cancelled FROM slips WHERE id = ?")
const refused = { status: 'refused', text: { ko: '취소된 접수입니다', en: 'This was cancelled' } }

createServer(async (request, reply) => {
  const answer = (status: number, body = {}) =>
    reply.setHeader('content-type', 'application/json').writeHead(status).end(JSON.stringify(body))
  try {
    const { 'webhook-id': id, 'webhook-timestamp': time, ...headers } = request.headers
    if (!(Number(headers['content-length']) <= 65_536)) return answer(413)
    const body = await buffer(request)
    const given = `${headers['webhook-signature']}`.split('v1,').map(s => Buffer.from(s, 'base64'))
    const isGenuine = keys.some(key => {
      const right = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
      return given.some(one => one.length === right.length && timingSafeEqual(one, right))
    })
    if (!isGenuine || !(Math.abs(Date.now() / 1000 - Number(time)) <= 300)) return answer(401)
    const { type, data } = JSON.parse(`${body}`)
    if (!['hand_off.requested', 'hand_off.cancelled'].includes(type)) return answer(200)
    db.prepare('INSERT OR IGNORE INTO slips (id) VALUES (?)').run(data.id)
    if (type === 'hand_off.cancelled') cancel.run(data.id)
    const { no: number, cancelled } = find.get(data.id) ?? {}
    return answer(200, cancelled ? refused : { status: 'accepted', number })
  } catch (error) {
    console.error(error)
    return answer(error instanceof SyntaxError ? 400 : 500)
  }
}).listen(Number(PORT), '127.0.0.1')
