import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Greeted, greeting } from './greeting.ts'

const publicUrl = 'http://192.168.0.7:8080'

function greeted(rest: Partial<Greeted>): Promise<string> {
  const config = { publicUrl, otherUrls: [], port: 8080 }
  const all = { config, demo: undefined, usualPort: 8080, output: 'colours', noPhone: undefined }
  return greeting({ ...(all as Greeted), ...rest })
}

const drawn = /[█▀▄]/

test('N51: the first address that a demo prints is the one to open, above its QR for phones', async () => {
  for (const output of ['colours', 'plain', 'file'] as const) {
    const said = await greeted({ output })
    assert.equal(/http:\S+/.exec(said)?.[0], `${publicUrl}/demo`, output)
    const qr = said.search(drawn)
    assert.ok(qr === -1 || qr > said.indexOf('/api/docs'), output)
    assert.match(said, /192\.168\.0\.7:8080\/try/, output)
    assert.match(said, /Phone and computer must be in one network/)
  }
})

test('N51: a QR is drawn on a terminal only, and says which where it has no colours', async () => {
  assert.match(await greeted({}), drawn)
  assert.doesNotMatch(await greeted({}), /dark terminal/)
  assert.match(await greeted({ output: 'plain' }), drawn)
  assert.match(await greeted({ output: 'plain' }), /dark terminal/)
  assert.doesNotMatch(await greeted({ output: 'file' }), drawn)
})

test('N51: where no phone reaches it there is no QR, but the reason', async () => {
  for (const output of ['colours', 'plain', 'file'] as const) {
    const said = await greeted({ output, noPhone: 'This machine has no network.' })
    assert.match(said, /^ {2}This machine has no network\.$/m)
    assert.doesNotMatch(said, drawn)
    assert.doesNotMatch(said, /\/try|one network/)
  }
})
