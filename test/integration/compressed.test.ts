import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { publicDir } from '../../server/src/http/public-dir.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { exchange, request } from '../support/raw-http.ts'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'application/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Where each built text is served, and its name below the folder of what is built. */
function builtTexts(): [path: string, file: string][] {
  const assets = readdirSync(new URL('assets/', publicDir)).filter(name => {
    return /\.(js|css|svg)$/.test(name)
  })
  const pages = ['kiosk', 'demo'].map((page): [string, string] => [`/${page}`, `${page}.html`])
  return [
    ...pages,
    ...assets.map((name): [string, string] => [`/assets/${name}`, `assets/${name}`]),
  ]
}

const built = (file: string) => readFileSync(new URL(file, publicDir))

/** The answer to the byte: no client that undoes its encoding stands between. */
async function ask(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
) {
  const { status, text } = await exchange(url, request(url, `${method} ${path}`, headers))
  const end = text.indexOf('\r\n\r\n')
  const lines = text.slice(0, end).split('\r\n').slice(1)
  const fields = new Headers(
    lines.map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  )
  return { status, headers: fields, body: Buffer.from(text.slice(end + 4), 'latin1') }
}

test('N11: what is built is compressed when it is built, and sent as it lies there', async t => {
  const { url } = await startGate(t)
  const texts = builtTexts()
  assert.ok(texts.length > 7, 'there is something to be sent')
  for (const [path, file] of texts) {
    const plain = built(file)
    const br = built(`${file}.br`)
    const gz = built(`${file}.gz`)
    assert.deepEqual([brotliDecompressSync(br), gunzipSync(gz)], [plain, plain], path)
    const cases: [accepted: string | null, encoding: string | null, body: Buffer][] = [
      ['gzip, deflate, br, zstd', 'br', br],
      ['gzip', 'gzip', gz],
      ['br;q=0, gzip;q=0.5', 'gzip', gz],
      ['gzip;q=0, br;q=0', null, plain],
      ['identity', null, plain],
      [null, null, plain],
    ]
    for (const [accepted, encoding, body] of cases) {
      const said = accepted === null ? {} : { 'accept-encoding': accepted }
      const answer = await ask(url, path, said)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('content-encoding'), encoding, `${path} for ${accepted}`)
      assert.ok(answer.body.equals(body), `${path} for ${accepted}`)
      assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i)
      const type = answer.headers.get('content-type')
      assert.equal(type?.toLowerCase(), types[file.split('.').at(-1) ?? ''], path)
      const tag = answer.headers.get('etag') ?? ''
      const known = await ask(url, path, { ...said, 'if-none-match': tag })
      assert.deepEqual([known.status, known.body.length], [304, 0], path)
      assert.equal(known.headers.get('etag'), tag)
      const other = await ask(url, path, { ...said, 'if-none-match': 'W/"another"' })
      assert.equal(other.status, 200)
      const head = await ask(url, path, said, 'HEAD')
      assert.equal(head.headers.get('content-length'), `${body.length}`)
    }
  }
})

test('N11: a page made for one request is compressed for who can read that, and says so', async t => {
  const { url } = await startGate(t)
  const ticket = new URL((await new Kiosk(url).start()).frame.url).pathname
  for (const path of ['/code', '/q/NOTATICKET', ticket]) {
    for (const accepted of ['gzip, deflate, br', 'gzip', '*']) {
      const { headers, body } = await ask(url, path, { 'accept-encoding': accepted })
      assert.equal(headers.get('content-encoding'), 'gzip', `${path} for ${accepted}`)
      assert.equal(headers.get('content-length'), `${body.length}`)
      assert.match(headers.get('vary') ?? '', /^Accept, Accept-Language, Cookie, accept-encoding$/)
      assert.match(gunzipSync(body).toString(), /^<!doctype html>.*<\/html>\s*$/s)
    }
    for (const accepted of ['', 'identity', 'br', 'gzip;q=0', 'zstd, deflate']) {
      const { headers, body } = await ask(url, path, { 'accept-encoding': accepted })
      assert.equal(headers.get('content-encoding'), null, `${path} for ${accepted}`)
      assert.match(headers.get('vary') ?? '', /accept-encoding/)
      assert.match(body.toString(), /^<!doctype html>/)
    }
  }
})
