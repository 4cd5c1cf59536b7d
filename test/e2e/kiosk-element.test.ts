import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axe, openPhone, portrait, readQr, signUp, startBrowser } from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { service, startServed } from '../support/hand-off-gate.ts'
import { serveExample } from '../support/integrator-page.ts'

test('<qrgate-kiosk> signs a visitor in on a page of another origin, in the words of that page', async t => {
  const gate = await startGate(t)
  const url = await serveExample(t)
  const browser = await startBrowser(t)
  const kiosk = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
  await kiosk.goto(`${url}/?gate=${gate.url}`)
  const part = (name: string) => kiosk.locator(`qrgate-kiosk [part~="${name}"]`)
  const stands = (state: string) => kiosk.locator(`qrgate-kiosk[state="${state}"]`).waitFor()

  await stands('idle')
  await part('button').click()
  await stands('pending')
  await part('qr').waitFor()
  for (const name of ['card', 'bar', 'time', 'title']) assert.ok(await part(name).isVisible(), name)
  assert.deepEqual(await axe(kiosk), [])
  const qr = await readQr(kiosk)

  await part('code-help').click()
  await part('code-panel').waitFor()
  assert.match(await part('code').innerText(), /^[A-Z]{4}-[A-Z]{4}$/)
  assert.match(await part('code-address').innerText(), /\/code$/)
  await part('code-close').click()
  assert.equal(await part('code-panel').count(), 0)

  const phone = await openPhone(browser, qr)
  await stands('scanned')
  assert.equal(await part('qr').isVisible(), false)
  await signUp(phone.page)
  await stands('claimed')
  const greeting = kiosk.locator('[slot=done]')
  assert.equal(await greeting.innerText(), '홍*동 님, 책을 올려 주세요')

  await kiosk.reload()
  await stands('claimed')
  assert.equal(await greeting.innerText(), '홍*동 님, 책을 올려 주세요')
  assert.match(await part('countdown').innerText(), /^(20|1\d)초 뒤 첫 화면으로 돌아갑니다$/)
  assert.deepEqual(await axe(kiosk), [])
  const ended = kiosk.evaluate(
    () =>
      new Promise(resolve => {
        const element = document.querySelector('qrgate-kiosk')
        element?.addEventListener('qrgate-state', ({ detail }) => {
          if (detail.state === 'ended') resolve(detail)
        })
      }),
  )
  await part('finish').click()
  await stands('idle')
  assert.deepEqual(await ended, { state: 'ended', reason: 'kiosk' })
  assert.doesNotMatch(await kiosk.content(), /홍/)
  assert.deepEqual(await kiosk.evaluate(() => Object.keys(sessionStorage)), [])
  await phone.page.locator('[data-state=ended]').waitFor({ state: 'attached' })
})

test('<qrgate-kiosk> offers the services of its client, and shows the number', async t => {
  const services = [
    service('exam'),
    service('pay'),
    service('paper', { closed: { ko: '마감되었습니다', en: 'Closed' } }),
  ]
  const { gate, kiosk: backend, receiver } = await startServed(t, { services })
  const url = await serveExample(t)
  const browser = await startBrowser(t)
  const page = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
  await page.goto(`${url}/?gate=${gate.url}`)
  const part = (name: string) => page.locator(`qrgate-kiosk [part~="${name}"]`)
  await page.locator('qrgate-kiosk[state=idle]').waitFor()
  await page.evaluate(
    ({ id, kiosk_secret }) => {
      const element = document.querySelector('qrgate-kiosk')
      element?.addEventListener('qrgate-service', ({ detail: { state, service } }) => {
        const { dataset } = document.documentElement
        dataset.heard = `${dataset.heard ?? ''}${service.id} ${state}, `
      })
      element?.start({ id, kiosk_secret })
    },
    await backend.start(),
  )
  await part('qr').waitFor()
  const phone = await openPhone(browser, await readQr(page))
  await signUp(phone.page)

  await part('services').waitFor()
  assert.match(await part('title').innerText(), /무엇을 도와드릴까요\?/)
  assert.deepEqual(await part('service').allInnerTexts(), ['exam 접수', 'pay 접수'])
  assert.match(await part('service-closed').innerText(), /paper 접수\s+마감되었습니다/)
  assert.deepEqual(await axe(page), [])
  receiver.answer = (received, response) => {
    if (received.data.service === 'exam') return receiver.accept(received, response)
    response.end(JSON.stringify({ status: 'refused', text: { ko: '내일 오세요', en: 'Tomorrow' } }))
  }
  await part('service').filter({ hasText: 'pay' }).click()
  await part('text').filter({ hasText: '내일 오세요' }).waitFor()
  await part('button').filter({ hasText: '다른 업무 선택하기' }).click()
  await part('service').filter({ hasText: 'exam' }).click()
  await part('ticket').waitFor()
  assert.equal(await part('number').innerText(), 'A-1')
  assert.match(await part('ticket-cells').innerText(), /내과 2진료실.*3명.*12분/s)
  assert.match(await part('ticket-where').innerText(), /가실 곳: 내과 2진료실/)
  assert.deepEqual(await axe(page), [])
  assert.equal(
    await page.evaluate(() => document.documentElement.dataset.heard),
    'pay requested, pay refused, exam requested, exam accepted, ',
  )
  await part('finish').click()
  await page.locator('qrgate-kiosk[state=idle]').waitFor()
  assert.doesNotMatch(await page.content(), /A-1|홍/)
  const shown = await page.evaluate(
    () => document.querySelector('qrgate-kiosk')?.shadowRoot?.textContent,
  )
  assert.doesNotMatch(shown ?? '', /A-1|홍|내일/)
})

test("N12: an always-on <qrgate-kiosk> gets each sign-in from its page's backend, and never lacks a QR", async t => {
  const gate = await startGate(t, { QRGATE_PENDING_SECONDS: '6' })
  const url = await serveExample(t)
  const browser = await startBrowser(t)
  const kiosk = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
  await kiosk.goto(`${url}/?gate=${gate.url}`)
  await kiosk.locator('qrgate-kiosk[state=idle]').waitFor()
  const seen = await kiosk.evaluate(
    server =>
      new Promise<{ started: string[]; shown: string[]; states: string[] }>(resolve => {
        const started: string[] = []
        const shown: string[] = []
        const states: string[] = []
        const element = document.createElement('qrgate-kiosk')
        element.setAttribute('server', server)
        element.setAttribute('start', 'always')
        element.starter = async () => {
          const answer = await fetch(`${server}/api/v1/sign-ins`, { method: 'POST' })
          const { id, kiosk_secret } = await answer.json()
          started.push(id)
          return { id, kiosk_secret }
        }
        element.addEventListener('qrgate-state', ({ detail: { id = '', qr, state } }) => {
          // From its first QR on.
          if (qr === undefined && shown.length === 0) return
          if (shown.at(-1) !== id) shown.push(id)
          states.push(qr === undefined ? `${state} without a QR` : state)
          if (shown.length === 3) resolve({ started, shown, states })
        })
        document.querySelector('qrgate-kiosk')?.replaceWith(element)
      }),
    gate.url,
  )
  assert.deepEqual(seen.shown, seen.started.slice(0, 3))
  assert.deepEqual(new Set(seen.states), new Set(['pending']))
})

test('"not my phone" on <qrgate-kiosk> brings a new code by itself', async t => {
  const gate = await startGate(t)
  const url = await serveExample(t)
  const browser = await startBrowser(t)
  const kiosk = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
  await kiosk.goto(`${url}/?gate=${gate.url}`)
  const button = kiosk.locator('qrgate-kiosk [part~=button]')
  await button.click()
  await kiosk.locator('qrgate-kiosk [part~=qr]').waitFor()
  const first = await readQr(kiosk)
  await openPhone(browser, first)
  await kiosk.locator('qrgate-kiosk[state=scanned]').waitFor()
  await button.click()
  await kiosk.locator('qrgate-kiosk[state=pending] [part~=qr]').waitFor()
  const second = await readQr(kiosk)
  // Beside the frame's own age, which sign-in it is for.
  assert.notEqual(second.split('/').at(-1)?.slice(0, 20), first.split('/').at(-1)?.slice(0, 20))
})

test('<qrgate-qr> leaves nothing of an old code behind, and the page has one kiosk', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await browser.newPage({ viewport: portrait })
  await kiosk.goto(`${gate.url}/kiosk`)
  await kiosk.locator('main[data-screen=idle]').waitFor()
  assert.equal(await kiosk.locator('qrgate-kiosk').count(), 0)
  const seen = await kiosk.evaluate(async () => {
    const element = document.createElement('qrgate-qr')
    element.style.width = '500px'
    document.body.append(element)
    const canvas = element.shadowRoot?.querySelector('canvas')
    if (!canvas) throw new Error('there is no picture')
    const look = () => [canvas.width, canvas.hidden, canvas.getAttribute('aria-label')]
    const empty = look()
    element.content = 'https://GATE.EXAMPLE.ORG/Q/A'
    element.label = '이 코드를 비춰 주세요'
    while (!canvas.style.width) await new Promise(requestAnimationFrame)
    const modules = Number.parseFloat(canvas.style.width) / canvas.width
    const drawn = look()
    element.content = undefined
    return { empty, drawn, modules, gone: look() }
  })
  assert.deepEqual(seen.empty, [0, true, 'QR code'])
  assert.deepEqual(seen.drawn.slice(1), [false, '이 코드를 비춰 주세요'])
  assert.ok(Number.isInteger(seen.modules), 'a module is a whole number of pixels')
  assert.deepEqual(seen.gone.slice(0, 2), [0, true])
})
