import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Language } from '../server/language.ts'
import { sentence } from '../server/sentences.ts'
import { noscriptCss } from './assets.ts'
import { type NoticeOnPage, type PhoneView, renderPage } from './page.ts'
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
  { place: { ...place, kiosk: null }, kind: 'code', typed: 'wdjb', problem: { retryAfter: 299 } },
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
  { place, kind: 'elsewhere' },
  { place, kind: 'no-cookies' },
  { place: null, kind: 'unknown' },
  { place, kind: 'busy', id },
  { place: null, kind: 'busy' },
  { place: null, kind: 'busy', retryAfter: 700 },
  { place: null, kind: 'in-doubt', id },
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
  assert.equal(before.match(/<form/g)?.length, 3)
  assert.equal(before.match(/name="receipt"/g)?.length, 3)
  assert.ok(!after.includes('name="receipt"'))
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

test('only the pages that wait for what comes by itself refresh themselves without a script', () => {
  const waiting = new Set(['approved', 'claimed', 'in-doubt'])
  for (const view of views) {
    const page = renderPage(view, 'ko', plain)
    assert.equal(page.includes('http-equiv="refresh"'), waiting.has(view.kind))
  }
})

test('N37: a page without script says how long there is, to the second and never more than that', () => {
  const saidAt = (leftMs: number, lang: Language) => {
    const view = { place, kind: 'sign-in', id, registration: true } as const
    const time = { leftMs, extendable: true }
    return / data-time-left="\d+"><span>(.*?)<\/span>/.exec(
      renderPage({ ...view, time }, lang, plain),
    )?.[1]
  }
  for (const [ms, ko, en] of [
    [359_999, '5분 59초', '5 min 59 s'],
    [180_000, '3분', '3 min'],
    [60_999, '1분', '1 min'],
    [59_999, '59초', '59 s'],
    [22_000, '22초', '22 s'],
    [900, '0초', '0 s'],
  ] as const) {
    assert.equal(saidAt(ms, 'ko'), `${ko} 안에 로그인해 주세요.`)
    assert.equal(saidAt(ms, 'en'), `Please sign in within ${en}.`)
  }
})

test('N32: every way to another form or language takes along what was typed', () => {
  const waysOf = (view: PhoneView) =>
    [...renderPage(view, 'ko', plain).matchAll(/<button[^>]* formaction="([^"]*)"[^>]*>/g)].map(
      ([button, action]) => {
        assert.match(
          button,
          / form="entry" .* formnovalidate name="next" value="(sign-in|sign-up)?"/,
        )
        return `${action} ${/ value="([^"]*)"/.exec(button)?.[1]}`
      },
    )
  const [scan, extend] = [`/s/${id}/scan`, `/s/${id}/extend`]
  for (const form of [{ receipt }, {}]) {
    const signIn: PhoneView = { place, kind: 'sign-in', id, registration: true, ...form }
    const [more, other] = [`${extend} sign-in`, `${scan}?lang=en sign-in`]
    assert.deepEqual(waysOf(signIn), [more, `${scan} sign-up`, other])
    const signUp: PhoneView = { place, kind: 'sign-up', id, ...form }
    const back = `${scan} sign-in`
    assert.deepEqual(waysOf(signUp), [back, `${extend} sign-up`, `${scan}?lang=en sign-up`])
    for (const view of [signIn, signUp]) {
      assert.equal(renderPage(view, 'ko', plain).match(/ id="entry"/g)?.length, 1)
    }
  }
})

test('the language switch of a page without a form keeps what the page is', () => {
  const switchOf = (view: PhoneView) =>
    /class="language" href="([^"]*)"/.exec(renderPage(view, 'ko', plain))?.[1]
  assert.equal(switchOf({ place, kind: 'code' }), '?lang=en')
  assert.equal(switchOf({ place, kind: 'claimed', id, live: true }), `/s/${id}?lang=en`)
  assert.equal(switchOf({ place, kind: 'cancel-form', id }), `/s/${id}?form=cancel&amp;lang=en`)
})

test('N32: the button that shows the password has a name and says whether it does', () => {
  for (const lang of languages) {
    const page = renderPage({ place, kind: 'sign-in', id, registration: true }, lang, plain)
    const [button = ''] = /<button[^>]*data-reveal.*?<\/button>/.exec(page) ?? []
    assert.match(button, / aria-pressed="false"/)
    const [, name = ''] = / aria-label="([^"]+)"/.exec(button) ?? []
    const [, seen = ''] = />([^<]+)</.exec(button) ?? []
    // WCAG 2.5.3: whoever says what they see presses it.
    assert.ok(name.includes(seen) && name.length > seen.length, `${name} ${seen}`)
  }
})

test('N32: sign-up says what it is for, what it agrees to and where more is said, where there is any', () => {
  const form = { place, kind: 'sign-up', id } as const
  const noticeOn = (notice?: NoticeOnPage) =>
    /<p class="notice">(.*?)<\/p>/s.exec(renderPage({ ...form, notice }, 'ko', plain))?.[1]
  assert.equal(noticeOn(), undefined)
  const none = { version: null, purpose: '', consent: '', privacyUrl: '' }
  assert.equal(noticeOn(none), undefined)
  const purpose = '접수에 씁니다.'
  assert.equal(noticeOn({ ...none, version: 'a', purpose }), `<span>${purpose}</span> `)
  const privacyUrl = 'https://p.example/"'
  const all = noticeOn({ version: 'a', purpose, consent: '동의합니다 <i>', privacyUrl })
  assert.ok(all?.includes('동의합니다 &lt;i&gt;'))
  assert.ok(all?.includes('href="https://p.example/&quot;" target="_blank" rel="noopener"'))
  assert.ok(all?.includes(words.ko.signUp.privacy))
})

test('a one-tap page says that it was just scanned, where it was and while it is so', () => {
  const account = { id: 'gildong', name: '홍길동', masked: '홍*동' }
  const form = { place, kind: 'one-tap', id, account } as const
  const says = (view: PhoneView) => renderPage(view, 'ko', plain).includes('방금 비춤')
  assert.ok(says({ ...form, receipt }))
  assert.ok(!says(form))
  assert.ok(!says({ ...form, receipt, userCode: 'WDJB-MJHT' }))
})

test('whoever has signed in finds their account, and nobody before', () => {
  const leads = (view: PhoneView) => renderPage(view, 'ko', plain).includes('<a href="/me">')
  assert.ok(leads({ place, kind: 'claimed', id, live: true }))
  assert.ok(leads({ place, kind: 'ended', id, state: 'ended' }))
  assert.ok(!leads({ place, kind: 'denied', id }))
})

test('a sign-up form names the notice that it shows', () => {
  const notice = { version: 'a-version', purpose: '접수에 씁니다.', consent: '', privacyUrl: '' }
  const page = renderPage({ place, kind: 'sign-up', id, notice }, 'ko', plain)
  assert.match(page, /<input type="hidden" name="notice" value="a-version">/)
  const silent = { place, kind: 'sign-up', id, notice: { ...notice, version: null } } as const
  assert.doesNotMatch(renderPage(silent, 'ko', plain), /name="notice"/)
})

test('N26, N27: neither without cookies nor in another app is anybody told of somebody else', () => {
  for (const lang of languages) {
    for (const kind of ['no-cookies', 'elsewhere'] as const) {
      const { title, text } = words[lang].obstacles[kind]
      const page = renderPage({ place: null, kind }, lang, plain)
      for (const said of [title, ...text]) assert.ok(page.includes(said), said)
      assert.doesNotMatch(page, /다른 분|[Ss]ome(one|body) else/)
    }
  }
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

/** The same of sign-up, and a number with all that can be known of it. */
const fullestOthers: PhoneView[] = [
  {
    ...fullest,
    kind: 'sign-up',
    error: 'password_too_common',
    notice: {
      version: receipt.slice(0, 16),
      purpose: '입력한 정보는 이곳의 접수와 본인 확인에 씁니다. '.repeat(4),
      consent: '개인정보 수집과 이용에 동의합니다. '.repeat(8),
      privacyUrl: `https://www.example.org/${receipt.repeat(3)}`,
    },
  },
  {
    place: fullest.place,
    kind: 'hand-off',
    id,
    state: 'claimed',
    seq: 3,
    handOff: {
      id,
      seq: 2,
      state: 'accepted',
      service: { id: 'exam', name: { ko: '진료', en: 'Exam' }, icon: 'doctor' },
      ticket: {
        number: 'A-012',
        title: { ko: '내과 진료 '.repeat(10), en: 'Internal medicine '.repeat(4) },
        place: { name: { ko: '내과 2진료실', en: 'Room 2' } },
        lines: Array(3).fill({
          ko: '물을 드셔도 됩니다 '.repeat(6),
          en: 'You may drink '.repeat(5),
        }),
        ahead: 3,
        wait_minutes: 12,
        now: 'A-008',
      },
    },
    coming: false,
    calledAt: null,
    live: true,
    mayDisown: true,
  },
]

test('P14: every page takes at most 10 KB compressed, style and script included', {
  skip: !existsSync(new URL('phone.js', built)),
}, () => {
  const assetsOf = (name: string) => {
    const css = readFileSync(new URL(`${name}.css`, built), 'utf8')
    const script = readFileSync(new URL(`${name}.js`, built), 'utf8')
    assert.doesNotMatch(css, /<\/style|url\(|@import/i)
    assert.doesNotMatch(script, /<\/script|<!--|https?:/i)
    return { css, script }
  }
  const [first, ofNumbers] = [assetsOf('phone'), assetsOf('hand-off')]
  for (const lang of languages) {
    for (const view of [fullest, ...fullestOthers, ...views]) {
      const assets = view.kind === 'hand-off' ? ofNumbers : first
      const size = gzipSync(renderPage(view, lang, assets)).length
      assert.ok(size <= 10 * 1024, `${view.kind} ${lang}: ${size} bytes`)
    }
  }
})
