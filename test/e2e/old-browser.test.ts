import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAst } from 'rolldown/parseAst'
import { floorNames } from '../../scripts/browsers/floor.ts'
import { phoneSize, startBrowser } from '../support/browser.ts'
import { startDemo } from '../support/demo.ts'

const pages = {
  '/kiosk': 'kiosk-page',
  '/demo': 'demo-page',
  '/reception/desk': 'desk-page',
  '/reception/board': 'board-page',
  '/reception/day': 'day-page',
}

test('N25: an older browser is told so on every page with a script, in both languages, and which ones do', async t => {
  const { gate } = await startDemo(t)
  const browser = await startBrowser(t)
  const context = await browser.newContext()
  const stopped: string[] = []
  // As Safari before 16.4: without it no style reaches a card of the element.
  await context.addInitScript(() => {
    delete (Document.prototype as Partial<Document>).adoptedStyleSheets
  })
  const page = await context.newPage()
  page.on('console', message => stopped.push(message.text()))
  page.on('pageerror', error => stopped.push(`${error}`))
  for (const [path, element] of Object.entries(pages)) {
    await page.goto(gate.url + path)
    const said = page.locator('#old-browser')
    await said.waitFor()
    assert.ok((await said.locator('[lang=ko]').innerText()).includes(floorNames.ko), path)
    assert.ok((await said.locator('[lang=en]').innerText()).includes(floorNames.en), path)
    assert.equal(await page.locator(element).count(), 0, `${path} is not there half`)
  }
  assert.deepEqual(stopped, [], 'no policy stands in its way, and nothing is asked for')
})

test('N25: so is one that has all that was asked for and cannot read the script all the same', async t => {
  const { gate } = await startDemo(t)
  const browser = await startBrowser(t)
  const page = await (await browser.newContext()).newPage()
  await page.route('**/assets/kiosk-*.js', route =>
    route.fulfill({ contentType: 'text/javascript', body: 'const later = | 1' }),
  )
  await page.goto(`${gate.url}/kiosk`)
  await page.locator('#old-browser').waitFor()
  await page.unroute('**/assets/kiosk-*.js')
  await page.reload()
  await page.locator('main[data-screen]').waitFor()
  assert.equal(await page.locator('#old-browser').count(), 0)
})

test('N25: what says so is readable for browsers of 2010', () => {
  const file = new URL('../../scripts/browsers/old-browser.js', import.meta.url)
  const later =
    /Arrow|Template|Class|Chain|Spread|Rest|Pattern|ForOf|Import|Export|Await|Yield|PrivateName/
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, kind, shorthand, operator } = node as Record<string, unknown>
    assert.doesNotMatch(`${type}`, later)
    assert.ok(!/^(let|const|using)$/.test(`${kind}`), `${kind}`)
    assert.ok(!shorthand && !/\?\?|\*\*/.test(`${operator}`), `${operator}`)
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseAst(readFileSync(file, 'utf8')))
})

test('N25: the phone needs no script and asks no browser how old it is', async t => {
  const { gate } = await startDemo(t)
  const browser = await startBrowser(t)
  const context = await browser.newContext({ viewport: phoneSize, javaScriptEnabled: false })
  const page = await context.newPage()
  for (const path of ['/code', '/q/NOTATICKET']) {
    await page.goto(gate.url + path)
    await page.locator('h1').waitFor()
    assert.equal(await page.locator('script[src]').count(), 0, path)
  }
})
