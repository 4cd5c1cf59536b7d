// `<qrgate-kiosk>` on pages of other people's colours, in pictures.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { build } from 'vite'
import { startClientGate } from './client-gate.ts'
import { kioskSizes, languages, openPhone, save, signIn, usualPhone } from './tour.ts'

const both = (ko: string, en: string) => ({ ko, en })
const services = [
  {
    id: 'lend',
    name: both('대출', 'Borrow'),
    lines: [both('책을 올려 주세요', 'Put your books down')],
    icon: 'paper',
  },
  {
    id: 'room',
    name: both('열람실', 'Reading room'),
    icon: 'other',
    closed: both('18시에 닫았습니다', 'Closed at 18:00'),
  },
] as const
const ticket = {
  status: 'accepted',
  number: 'B-07',
  title: both('대출', 'Borrow'),
  place: { name: both('대출대 2', 'Desk 2'), floor: both('1층', '1st floor') },
  ahead: 2,
  wait_minutes: 5,
}
const themes = {
  light: 'body { background: #fff }',
  dark: `body { background: #0b1220; color: #f8fafc }
    qrgate-kiosk { --qrgate-ink: #fff; --qrgate-ink-soft: #cbd5e1; --qrgate-line: #334155;
      --qrgate-line-strong: #64748b; --qrgate-accent: #5eead4; --qrgate-accent-deep: #99f6e4;
      --qrgate-on-accent: #06231f; --qrgate-card-accent: #0f766e }`,
  brand: `body { background: #fff7ed; color: #431407 }
    qrgate-kiosk { --qrgate-ink: #431407; --qrgate-ink-soft: #7c2d12; --qrgate-accent: #9a3412;
      --qrgate-accent-deep: #7c2d12; --qrgate-accent-wash: #ffedd5; --qrgate-line: #fed7aa }`,
}

export async function elementTour(browser: Browser): Promise<void> {
  const client = await startClientGate(browser, () => ticket)
  const { gate } = client
  await client.offer(services)
  const added = gate.command('kiosk', 'add', '도서관', '--backend', '--client', 'clinic')
  const authorization = /Bearer \S+/.exec(added)?.[0] ?? ''
  const site = await serveElement()
  const { portrait, tablet } = kioskSizes
  for (const [sizeName, viewport] of Object.entries({ portrait, tablet })) {
    for (const lang of languages) {
      for (const [theme, css] of Object.entries(themes)) {
        const context = await browser.newContext({ viewport })
        const page = await context.newPage()
        const shoot = (screen: string) =>
          save(page, `element-${screen}-${theme}-${sizeName}-${lang}`)
        const part = (name: string) => page.locator(`qrgate-kiosk [part~=${name}]`)
        const stands = (state: string) => page.locator(`qrgate-kiosk[state=${state}]`).waitFor()
        await page.goto(site.url)
        await page.addStyleTag({ content: css })
        await page.evaluate(
          ({ server, lang }) => {
            const element = document.createElement('qrgate-kiosk')
            element.setAttribute('server', server)
            element.lang = lang
            document.body.append(element)
          },
          { server: gate.url, lang },
        )
        await stands('idle')
        await shoot('1-idle')
        const start = { method: 'POST', headers: { authorization } }
        const started = await (await fetch(`${gate.url}/api/v1/sign-ins`, start)).json()
        await page.evaluate(one => document.querySelector('qrgate-kiosk')?.start(one), started)
        await part('qr').waitFor()
        await shoot('2-qr')
        await part('code-help').click()
        await part('code').waitFor()
        await shoot('3-code')
        const qr = await page.locator('qrgate-kiosk qrgate-qr').getAttribute('content')
        const phone = await openPhone(browser, qr ?? '', usualPhone, lang)
        await stands('scanned')
        await shoot('4-scanned')
        await signIn(phone.page)
        await part('services').waitFor()
        await shoot('5-services')
        await part('service').click()
        await part('ticket').waitFor()
        await shoot('6-ticket')
        await phone.context.close()
        await page.evaluate(() => {
          const element = document.querySelector('qrgate-kiosk')
          element?.setAttribute('server', 'http://127.0.0.1:9')
          element?.start()
        })
        await stands('trouble')
        await shoot('7-trouble')
        await context.close()
      }
    }
  }
  site.stop()
  await client.stop()
}

/** An integrator's page with nothing on it, and the element as `npm run build` makes it. */
async function serveElement() {
  const configFile = fileURLToPath(new URL('../sdk/vite.config.ts', import.meta.url))
  const options = { configFile, logLevel: 'warn' as const }
  const built = await build({ ...options, build: { write: false, license: false } })
  const [output] = [built].flat()
  const script = output && 'output' in output ? output.output[0].code : ''
  const example = readFileSync(
    new URL('../examples/integrator-page/index.html', import.meta.url),
    'utf8',
  )
  const head = example.slice(0, example.indexOf('<style>')).replace('lang="ko"', '')
  const body =
    '<style>body { margin: 0; min-height: 100vh; display: grid; align-content: center }</style>'
  const server = createServer(({ url }, answer) => {
    const isScript = url === '/kiosk-element.js'
    answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    answer.end(isScript ? script : `${head}${body}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { url, stop: () => server.close() }
}
