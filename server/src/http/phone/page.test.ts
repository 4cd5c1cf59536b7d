import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Language } from '../server/language.ts'
import { sentence } from '../server/sentences.ts'
import { noscriptCss } from './assets.ts'
import { type PhoneView, renderPage } from './page.ts'
import { words } from './words.ts'

const languages: Language[] = ['ko', 'en']
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const receipt = 'AQAAAAE'.padEnd(55, 'x')
const place = { site: '서울내과의원', kiosk: '1층 접수 1번 키오스크' }
const plain = { css: 'body{}', script: 'void 0' }

const views: PhoneView[] = [
  { place, kind: 'sign-in', id, receipt, registration: true },
  {
    place,
    kind: 'sign-in',
    id,
    accountId: 'hong',
    error: 'wrong_credentials',
    registration: false,
  },
  { place, kind: 'sign-up', id, receipt },
  { place, kind: 'sign-up', id, accountId: 'hong', name: '홍길동', error: 'account_exists' },
  { place, kind: 'sign-in', id, receipt, userCode: 'WDJB-MJHT', registration: true },
  { place: { ...place, kiosk: null }, kind: 'code' },
  { place: { ...place, kiosk: null }, kind: 'code', typed: 'wdjb', problem: 'unknown' },
  { place: { ...place, kiosk: null }, kind: 'code', typed: 'wdjb', problem: { minutes: 5 } },
  { place, kind: 'approved', id },
  { place, kind: 'claimed', id, live: true },
  { place, kind: 'not-me-form', id, state: 'claimed' },
  { place, kind: 'not-me', id, state: 'ended' },
  { place, kind: 'not-me-form', id, state: 'ended', handOff: 'stands' },
  { place, kind: 'not-me', id, state: 'ended', handOff: true },
  { place, kind: 'cancel-form', id },
  { place, kind: 'left', id },
  {
    place,
    kind: 'sign-in',
    id,
    registration: true,
    told: { client: '서울내과', claims: ['name'], agreement: 'a' },
  },
  { place, kind: 'unclaimed', id },
  { place, kind: 'denied', id },
  { place, kind: 'cancelled', id, reason: 'kiosk' },
  { place, kind: 'cancelled', id, reason: 'not_my_phone' },
  { place, kind: 'expired', id },
  { place, kind: 'ended', id, state: 'ended' },
  { place, kind: 'in-use' },
  { place, kind: 'stale' },
  { place: null, kind: 'unknown' },
  { place, kind: 'busy', id },
  { place: null, kind: 'busy' },
  { place: null, kind: 'error', code: 'internal' },
]

test('every view is a whole page of its own in both languages', () => {
  for (const lang of languages) {
    const pages = views.map(view => renderPage(view, lang, plain))
    assert.equal(new Set(pages).size, views.length)
    for (const page of pages) {
      assert.equal(typeof page, 'string')
      assert.match(page, new RegExp(`^<!doctype html>\n<html lang="${lang}">`))
      assert.equal(page.match(/<h1>[^<]+<\/h1>/g)?.length, 1)
      assert.doesNotMatch(page, /undefined|\[object|[>"]null[<"]/)
    }
  }
})

test('no page names another origin or carries an inline handler or style', () => {
  for (const lang of languages) {
    for (const view of views) {
      const page = renderPage(view, lang, plain)
      assert.doesNotMatch(page, /\/\/|\son[a-z]+=|\sstyle=|javascript:/i)
    }
  }
})

const hostile = `"'><script>alert('홍길동 👩🏽‍⚕️')</script>&amp;<!--\${x}`
const escaped = hostile
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  .replaceAll('>', '&gt;')
  .replaceAll('"', '&quot;')
  .replaceAll("'", '&#39;')

test('whatever a visitor or an operator wrote comes out as text', () => {
  const everywhere = { id: hostile, receipt: hostile, accountId: hostile, name: hostile }
  const attacked: PhoneView[] = [
    { place, kind: 'sign-in', ...everywhere, registration: true },
    { place, kind: 'sign-in', ...everywhere, receipt: undefined, registration: true },
    { place, kind: 'sign-up', ...everywhere },
    { place, kind: 'sign-up', ...everywhere, receipt: undefined },
    { place, kind: 'code', typed: hostile, problem: 'unknown' },
    { place, kind: 'sign-in', id, userCode: hostile, registration: true },
    { place, kind: 'approved', id: hostile },
    { place, kind: 'busy', id: hostile },
    ...views.map(view => ({ ...view, place: { site: hostile, kiosk: hostile } })),
  ]
  for (const view of attacked) {
    const page = renderPage(view, 'ko', plain)
    assert.ok(page.includes(escaped))
    assert.ok(!page.includes(hostile))
    assert.equal(page.match(/<script/g)?.length, 1)
  }
})

test('a hostile account id is given back to the field it came from', () => {
  const view: PhoneView = { place, kind: 'sign-up', id, accountId: hostile, name: '남궁 민수' }
  const page = renderPage(view, 'ko', plain)
  assert.match(page, /<input id="name"[^>]*value="남궁 민수"/)
  assert.ok(page.includes(`value="${escaped}"`))
})

test('the receipt is in every form until the scan is committed, and in none afterwards', () => {
  const form = { place, kind: 'sign-in', id, registration: true } as const
  const before = renderPage({ ...form, receipt }, 'ko', plain)
  const after = renderPage(form, 'ko', plain)
  assert.equal(before.match(/<form/g)?.length, 4)
  assert.equal(before.match(/name="receipt"/g)?.length, 4)
  assert.ok(!after.includes('name="receipt"'))
  assert.ok(after.includes(`href="/s/${id}?form=sign-up"`))
})

test('N16: until the scan is committed, a page without script offers one button before the form', () => {
  const form = { place, kind: 'sign-in', id, registration: true } as const
  for (const lang of languages) {
    const before = renderPage({ ...form, receipt }, lang, plain)
    const [head = '', body = ''] = before.split('<body>')
    assert.ok(head.includes(`<noscript><style>${noscriptCss}</style></noscript>`))
    const scriptless = /<noscript>(.*?)<\/noscript>/s.exec(body)?.[1] ?? ''
    assert.ok(scriptless.startsWith(`<form method="post" action="/s/${id}/scan"`), scriptless)
    assert.ok(scriptless.includes(`name="receipt" value="${receipt}"`))
    assert.ok(scriptless.includes(words[lang].signIn.goOn))
    assert.ok(body.indexOf('<noscript>') < body.indexOf('data-action="sign-in"'))
    assert.ok(!renderPage(form, lang, plain).includes('<noscript>'))
  }
})

test('the sign-in page shows the code that led to it, and warns of codes that were sent', () => {
  const form = { place, kind: 'sign-in', id, receipt, registration: true } as const
  const byCode = renderPage({ ...form, userCode: 'WDJB-MJHT' }, 'ko', plain)
  assert.ok(byCode.includes('<strong>WDJB-MJHT</strong>'))
  assert.ok(byCode.includes(words.ko.code.warning))
  const byQr = renderPage(form, 'ko', plain)
  assert.ok(!byQr.includes(words.ko.code.typed))
  assert.ok(byQr.includes(words.ko.signIn.warning))
})

test('a page never gives a password back', () => {
  const view: PhoneView = { place, kind: 'sign-in', id, error: 'busy', registration: true }
  const page = renderPage(view, 'ko', plain)
  assert.doesNotMatch(page, /<input id="password"[^>]*value=/)
})

test('what can still be done is shown only where something can be done', () => {
  const actionsOf = (view: PhoneView) => {
    const [, actions = ''] =
      /<div class="actions">(.*?)<\/div>/s.exec(renderPage(view, 'ko', plain)) ?? []
    return actions.match(/(?<=action="|href=")[^"]+/g) ?? []
  }
  const report = `/s/${id}?form=not-me`
  assert.deepEqual(actionsOf({ place, kind: 'claimed', id, live: true }), [`/s/${id}/end`, report])
  assert.deepEqual(actionsOf({ place, kind: 'claimed', id, live: false }), [])
  assert.deepEqual(actionsOf({ place, kind: 'ended', id, state: 'ended' }), [report])
  const ask: PhoneView = { place, kind: 'not-me-form', id, state: 'claimed' }
  assert.deepEqual(actionsOf(ask), [`/s/${id}/not-me`, `/s/${id}`])
  assert.deepEqual(actionsOf({ place, kind: 'not-me', id, state: 'ended' }), [])
})

test('the sign-up link is shown only where new accounts are taken', () => {
  const form = { place, kind: 'sign-in', id, receipt } as const
  const { signUp } = words.ko.signIn
  assert.ok(renderPage({ ...form, registration: true }, 'ko', plain).includes(signUp))
  const closed = renderPage({ ...form, registration: false }, 'ko', plain)
  assert.ok(!closed.includes('value="sign-up"'))
})

test('a refusal stands by the field that mends it; one without a sentence here has the general one', () => {
  const form = { place, kind: 'sign-up', id } as const
  const short = renderPage({ ...form, error: 'password_too_short' }, 'en', plain)
  assert.ok(short.includes(sentence('password_too_short', 'en')))
  assert.match(short, /<input id="password"[^>]*aria-invalid="true"/)
  const other = renderPage({ ...form, error: 'storage_busy' }, 'en', plain)
  assert.ok(other.includes(words.en.otherProblem))
})

test('only the pages that wait for the kiosk refresh themselves without a script', () => {
  for (const view of views) {
    const page = renderPage(view, 'ko', plain)
    assert.equal(
      page.includes('http-equiv="refresh"'),
      view.kind === 'approved' || view.kind === 'claimed',
    )
  }
})

test('the language switch keeps the form and never leaves a ticket that is not yet scanned', () => {
  const switchOf = (view: PhoneView) =>
    /class="language" href="([^"]*)"/.exec(renderPage(view, 'ko', plain))?.[1]
  assert.equal(switchOf({ place, kind: 'sign-in', id, receipt, registration: true }), '?lang=en')
  assert.equal(switchOf({ place, kind: 'sign-in', id, registration: true }), `/s/${id}?lang=en`)
  assert.equal(switchOf({ place, kind: 'sign-up', id }), `/s/${id}?form=sign-up&amp;lang=en`)
  assert.equal(switchOf({ place, kind: 'cancel-form', id }), `/s/${id}?form=cancel&amp;lang=en`)
})

const built = new URL('../../../public/', import.meta.url)

/** A first page with as much on it as there can be. */
const fullest: PhoneView = {
  place: { site: '가'.repeat(64), kiosk: '접수'.repeat(32) },
  kind: 'sign-in',
  id,
  receipt,
  registration: true,
  userCode: 'WDJB-MJHT',
  told: {
    client: '서울특별시립어린이병원 '.repeat(5),
    claims: ['name', 'account_id', 'external_id'],
    agreement: receipt.repeat(2),
  },
}

test('the first page takes at most 8 KB compressed, style and script included', {
  skip: !existsSync(new URL('phone.js', built)),
}, () => {
  const css = readFileSync(new URL('phone.css', built), 'utf8')
  const script = readFileSync(new URL('phone.js', built), 'utf8')
  assert.doesNotMatch(css, /<\/style|url\(|@import/i)
  assert.doesNotMatch(script, /<\/script|<!--|https?:/i)
  for (const lang of languages) {
    const size = gzipSync(renderPage(fullest, lang, { css, script })).length
    assert.ok(size <= 8 * 1024, `${lang}: ${size} bytes`)
  }
})
