import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
export interface Options { gate: string; credential: string; webhookSecrets: string[]; dataDir: string; publicUrl: string; base: '' | '/reception'; clock?: () => number; logger: unknown }
export function createReception(o: Options) {
  const codes = new Set<string>(), sessions = new Set<string>()
  const rows: { id: string; number: string; name: string; external: string; service: string; at: number }[] = []
  const streams = new Set<{ res: ServerResponse; kind: string }>()
  let n = 0
  const L = (ko: string, en: string) => ({ ko, en })
  const kinds = [['doctor', '진료 접수', 'See a doctor'], ['test', '검사 접수', 'Tests'], ['pay', '수납', 'Pay'], ['paper', '제증명', 'Papers']] as const
  const site = L('서울내과의원', 'Seoul Clinic')
  const state = (kind: string) => JSON.stringify(kind === 'desk' ? { now: Date.now(), site, time_zone: 'Asia/Seoul', day: '2026-11-29', today: { came: rows.length, done: 0 }, services: kinds.map(([id, ko, en], i) => ({ id, name: L(ko, en), letter: 'ABCD'[i], closed: false })), desks: [{ id: 'room-1', name: L('내과 1진료실', 'Room 1'), services: ['doctor'] }, { id: 'room-2', name: L('내과 2진료실', 'Room 2'), services: ['doctor', 'test'] }, { id: 'desk-1', name: L('1번 창구', 'Desk 1'), services: ['pay', 'paper'] }], waiting: rows.map(r => ({ id: r.id, number: r.number, state: 'waiting', service: r.service, name: r.name, external_id: r.external, walk_in: false, came_at: r.at, waiting_since: r.at, recalls: 0, coming: false })), staff_calls: [], gate: 'reached' } : { now: Date.now(), site, time_zone: 'Asia/Seoul', calls: [], waiting: rows.length })
  const tell = () => { for (const s of streams) s.res.write(`data: ${state(s.kind)}\n\n`) }
  return {
    async handle(req: IncomingMessage, res: ServerResponse) {
      const path = new URL(req.url ?? '', 'http://x').pathname.slice(o.base.length)
      let body = ''
      for await (const c of req) body += c
      const end = (code: number, text = '', type = 'text/html; charset=utf-8', more = {}) => res.writeHead(code, { 'content-type': type, 'content-security-policy': "script-src 'self'; frame-ancestors 'self'", ...more }).end(text)
      const cookie = /desk=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
      if (path === '/desk/session' && req.method === 'POST') {
        const { link } = JSON.parse(body)
        if (!codes.delete(link)) return end(401)
        const s = randomBytes(16).toString('base64url'); sessions.add(s)
        return end(204, '', 'text/plain', { 'set-cookie': `desk=${s}; HttpOnly; SameSite=Strict; Path=${o.base}/` })
      }
      if (path === '/desk/session') return end(sessions.has(cookie) ? 204 : 401)
      const at = fileURLToPath(new URL(`../public${/assets/.test(path) ? path : `${path}.html`}`, import.meta.url))
      if (path.length > 1 && existsSync(at)) return end(200, readFileSync(at) as never, path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : path.endsWith('woff2') ? 'font/woff2' : path.endsWith('svg') ? 'image/svg+xml' : undefined)
      if (path === '/desk/live' || path === '/board/live') {
        const kind = path.split('/')[1] ?? ''
        if (kind === 'desk' && !sessions.has(cookie)) return end(401)
        res.writeHead(200, { 'content-type': 'text/event-stream' }); res.write(`data: ${state(kind)}\n\n`)
        const s = { res, kind }; streams.add(s); res.on('close', () => streams.delete(s)); return
      }
      if (path === '/webhook') {
        try { new Webhook(o.webhookSecrets[0] ?? '').verify(body, req.headers as Record<string, string>) } catch { return end(401) }
        const { type, data } = JSON.parse(body)
        if (type !== 'hand_off.requested') return end(204)
        let row = rows.find(r => r.id === data.id)
        if (!row) { row = { id: data.id, number: `A-${String(++n).padStart(3, '0')}`, name: data.claims.masked_name, external: data.claims.external_id, service: data.service, at: Date.now() }; rows.push(row); tell() }
        return end(200, JSON.stringify({ status: 'accepted', number: row.number, place: { name: { ko: '내과 1진료실', en: 'Room 1' }, floor: { ko: '2층', en: '2nd floor' } }, ahead: rows.length - 1 }), 'application/json')
      }
      end(404)
    },
    async deskLink() { const c = randomBytes(16).toString('base64url'); codes.add(c); return `${o.base}/desk#link=${c}` },
    async start() {
      const services = kinds.map(([icon, ko, en]) => ({ id: icon, name: { ko, en }, icon }))
      const r = await fetch(`${o.gate}/api/v1/clients/self/services`, { method: 'PUT', headers: { authorization: `Bearer ${o.credential}`, 'content-type': 'application/json' }, body: JSON.stringify({ services }) })
      if (!r.ok) throw new Error(await r.text())
    },
    async close() { for (const { res } of streams) res.end() },
  }
}
