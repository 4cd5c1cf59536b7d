import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { Scope } from './gate.ts'

const sdk = fileURLToPath(new URL('../../sdk/', import.meta.url))
const example = new URL('../../examples/integrator-page/index.html', import.meta.url)

let element: Promise<string> | undefined

/** `<qrgate-kiosk>` in one file, as `npm run build` makes it. */
async function buildElement(): Promise<string> {
  const options = { configFile: `${sdk}vite.config.ts`, logLevel: 'warn' as const }
  const built = await build({ ...options, build: { write: false, license: false } })
  const [output] = [built].flat()
  const chunk = output && 'output' in output ? output.output[0] : undefined
  assert.ok(chunk, 'the build gave a file')
  return chunk.code
}

/**
 * The integrator's page of the examples, on an origin of its own; `?gate=` says where the gate is.
 * @param headers that the page is served with.
 */
export async function serveExample(t: Scope, headers: OutgoingHttpHeaders = {}): Promise<string> {
  element ??= buildElement()
  const script = await element
  const server = createServer(({ url = '' }, answer) => {
    const isScript = url.startsWith('/kiosk-element.js')
    answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value ?? '')
    answer.end(isScript ? script : readFileSync(example))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
