import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const built = (path: string) =>
  fileURLToPath(new URL(`../../server/public/${path}`, import.meta.url))

/** Bytes on the wire, by gzip, until a page stands: the page itself and all that it names. */
function firstLoad(page: string): number {
  const named = readFileSync(built(page), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)
  const files = [page, ...[...named].flatMap(([, path]) => path ?? [])]
  return files.reduce((sum, file) => sum + statSync(built(`${file}.gz`)).size, 0)
}

test("N74: the kiosk's page stands after 44 KB, and the rules of its font come behind it", () => {
  const bytes = firstLoad('kiosk.html')
  assert.ok(bytes > 10_000 && bytes <= 44_000, `${bytes} bytes`)
})
