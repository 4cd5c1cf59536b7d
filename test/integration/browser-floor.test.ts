import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import postcss from 'postcss'
import { scriptFaults } from '../../scripts/browsers/check-script.ts'
import { styleFaults } from '../../scripts/browsers/check-style.ts'
import { buildTarget, floor } from '../../scripts/browsers/floor.ts'
import { viewportUnits } from '../../scripts/browsers/viewport-units.ts'

const newScripts: Record<string, string> = {
  'AbortSignal.any': 'fetch("/", { signal: AbortSignal.any([a, b]) })',
  'Promise.withResolvers': 'const { promise } = Promise.withResolvers()',
  'Array.fromAsync': 'await Array.fromAsync(all)',
  'Object.groupBy': 'Object.groupBy(all, by)',
  '.toSorted': 'show(all.toSorted())',
  '.with': 'show(all.with(0, 1))',
  '.isSubsetOf': 'if (some.isSubsetOf(all)) show()',
  '.checkVisibility': 'this.#focused?.checkVisibility()',
  '.showPopover': 'card.showPopover()',
  'URL.parse': 'URL.parse(text)',
  'document.startViewTransition': 'document.startViewTransition(draw)',
  'navigator.userActivation': 'if (navigator.userActivation.isActive) show()',
  '/v': 'const letters = /[\\p{L}--[a-z]]/v',
  '(?i:)': 'const word = /a(?i:b)/',
  '<div popover>': 'html`<div popover id="help">text</div>`',
  ':has': 'sheet.replaceSync(".card:has(.code) { color: red }")',
  nesting: 'sheet.replaceSync(`.card { .code { color: red } }`)',
}

const newStyles: Record<string, string> = {
  ':has': 'main:has(.code) { color: red }',
  nesting: '.card { .code { color: red } }',
  'color-mix()': '.card { color: color-mix(in srgb, red, blue) }',
  'light-dark()': ':root { --ink: light-dark(#000, #fff) }',
  '@scope': '@scope (.card) { p { color: red } }',
  '@starting-style': '@starting-style { p { opacity: 0 } }',
  ':popover-open': '.card:popover-open { color: red }',
  'grid-template-columns: subgrid': '.card { grid-template-columns: subgrid }',
  'linear()': '.card { transition: width 1s linear(0, 1) }',
  rlh: '.card { margin: 1rlh }',
  'field-sizing': 'input { field-sizing: content }',
  '@property': '@property --a { syntax: "*"; inherits: false }',
  ':user-invalid': 'input:user-invalid { color: red }',
}

for (const [what, script] of Object.entries(newScripts)) {
  test(`N25: a script may not use ${what}, which the oldest browsers lack`, () => {
    const faults = scriptFaults(script)
    const told = faults.find(fault => fault.startsWith(`${what}: `))
    assert.match(told ?? '', /the floor is/, faults.join('\n'))
  })
}

for (const [what, style] of Object.entries(newStyles)) {
  test(`N25: a style sheet may not use ${what}, which the oldest browsers lack`, () => {
    const faults = styleFaults(style)
    assert.ok(
      faults.some(fault => fault.startsWith(`${what}: `)),
      faults.join('\n') || 'no fault',
    )
  })
}

test('N25: what the oldest browsers have, and what is asked for before, may be used', () => {
  const script = `
    const last = all.at(-1)
    class Screen { #with = 1; changed() { return this.with } with() { return Object.hasOwn(all, 'a') } }
    navigator.locks.request('a', () => structuredClone(all))
    document.adoptedStyleSheets = [sheet]
    box.showModal()
    const word = /(?<=a)b/u`
  assert.deepEqual(scriptFaults(script), [])
  const style = `
    .card { inset: 0; width: 50dvh; gap: 2cqi; text-wrap: balance; color: rgb(0 0 0 / 50%) }
    .card:is(.a, .b):focus-visible { aspect-ratio: 1 }
    @supports (color: color-mix(in srgb, red, blue)) { p { color: color-mix(in srgb, red, blue) } }
    @container (width > 20rem) { p { margin-inline: auto } }`
  assert.deepEqual(styleFaults(style), [])
})

test('N25: dvh has a vh for browsers without it, in custom properties and in nested rules too', () => {
  const style = `.a { color: red; --qr: min(77vw, 48dvh); .b { height: calc(100dvh - 2px) } }
    @media print { .c { width: 5dvmin; margin: 0 } }`
  const { css } = postcss([viewportUnits()]).process(style, { from: undefined })
  const asked: string[] = []
  const plain: string[] = []
  postcss.parse(css).walkDecls(declaration => {
    let within = declaration.parent as postcss.Node | undefined
    while (
      within &&
      !(within.type === 'atrule' && (within as postcss.AtRule).name === 'supports')
    ) {
      within = within.parent
    }
    ;(within ? asked : plain).push(`${declaration.prop}: ${declaration.value.trim()}`)
  })
  assert.deepEqual(plain, [
    'color: red',
    '--qr: min(77vw, 48vh)',
    'height: calc(100vh - 2px)',
    'width: 5vmin',
    'margin: 0',
  ])
  assert.deepEqual(
    new Set(asked),
    new Set(['--qr: min(77vw, 48dvh)', 'height: calc(100dvh - 2px)', 'width: 5dvmin']),
  )
})

test('N25: all pages are built for the floor, and `npm run lint` reads what was built', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  for (const config of ['web', 'sdk', 'reception/pages']) {
    assert.match(readFileSync(`${root}${config}/vite.config.ts`, 'utf8'), /target: buildTarget/)
  }
  assert.deepEqual(buildTarget, ['chrome108', 'firefox115', 'safari16.4', 'ios16.4'])
  assert.match(readFileSync(`${root}web/vite.config.ts`, 'utf8'), /target: phoneTarget/)
  const told = readFileSync(`${root}docs/browsers.md`, 'utf8')
  assert.ok(told.includes(`| ${floor.chrome} | ${floor.safari} | ${floor.firefox} |`))
  assert.match(readFileSync(`${root}scripts/commands.js`, 'utf8'), /'scripts\/check-browsers\.ts'/)
})
