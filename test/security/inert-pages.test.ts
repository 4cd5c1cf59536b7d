import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { alter } from '../support/database.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const corpus = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '" autofocus onfocus=alert(1) x="',
  "' onmouseover='alert(1)",
  '` onmouseover=alert(1)',
  'x onload=alert(1)',
  '<svg/onload=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<form action="https://evil.example"><input type="submit">',
  '<a href="javascript:alert(1)">',
  'javascript:alert(1)',
  'javascript:/*--></title></style></textarea></script><svg/onload=alert(1)>',
  'jaVasCript:/*-/*`/*\\`/*\'/*"/**/(/* */oNcliCk=alert(1) )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert(1)//>\\x3e',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#60;/script&#62;',
  '&quot;onfocus=alert(1)',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  '{{constructor.constructor("alert(1)")()}}',
  '<%= 7 * 7 %>',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '＜script＞alert(1)＜/script＞',
  '<ſcript>alert(1)</ſcript>',
  '홍길동<img src=x onerror=alert(1)>',
  '👩‍🔬"><svg onload=alert(1)>',
  '\u202e<script>alert(1)</script>\u202c',
  '\u0000<script>alert(1)</script>',
  '<scr\u0000ipt>alert(1)</scr\u0000ipt>',
  '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
  '=cmd|/c calc!A0',
  '"',
  "'",
  '<',
  '>',
  '&',
]

const escapes: Record<string, string> = {
  '<': 'lt',
  '>': 'gt',
  '&': 'amp',
  '"': 'quot',
  "'": '#39',
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, sign => `&${escapes[sign]};`)
}

/** Refused as an id for the same reason as all of the above. */
const harmless = 'harmless!'
const hostile = `</title>"'><script>alert(1)</script>`

attack(
  'S067 whatever is typed comes back as text and as nothing else',
  async gate => {
    // What is left of the sign-in's time stands on its pages.
    gate.holdTime()
    const { phone, id } = await scannedSignIn(gate)
    for (const step of ['sign-in', 'sign-up']) {
      for (const field of step === 'sign-in' ? ['account'] : ['account', 'name']) {
        const answerTo = async (value: string) => {
          const fields = { account: 'nobody', name: 'Nobody', password: 'short', [field]: value }
          const answer = await phone.post(`/s/${id}/${step}`, fields, 'text/html')
          assert.ok([401, 422].includes(answer.status), `${step} ${value}: ${answer.status}`)
          return answer.text()
        }
        const pageOf = async (value: string) => {
          return (await answerTo(value)).replaceAll(`"${escaped(value)}"`, '"TYPED"')
        }
        // What may be an id or a name and what may not differ in the sentence, and in nothing else.
        const wellKnown = [harmless, 'two words', 'x'.repeat(65)]
        const expected = await Promise.all(wellKnown.map(pageOf))
        for (const value of corpus) {
          assert.ok(expected.includes(await pageOf(value)), `${step} ${field} ${value}`)
        }
      }
    }
  },
  { settings: { QRGATE_TRIES_PER_SIGN_IN: '1000', QRGATE_FAILURES_PER_NETWORK: '10000' } },
)

attack('S067 an address is never part of the page that it leads to', async gate => {
  // What is left of the sign-in's time stands on its pages.
  gate.holdTime()
  const { id, phone } = await scannedSignIn(gate)
  const places = (text: string) => [
    `/q/${encodeURIComponent(text)}`,
    `/s/${encodeURIComponent(text)}`,
    `/x${encodeURIComponent(text)}`,
    `/s/${id}?form=${encodeURIComponent(text)}`,
    `/s/${id}?lang=${encodeURIComponent(text)}`,
    `/q/x?${encodeURIComponent(text)}=${encodeURIComponent(text)}`,
    `/api/v1/sign-ins/${encodeURIComponent(text)}`,
  ]
  const pages = async (text: string) => {
    return Promise.all(places(text).map(async path => (await phone.get(path)).text()))
  }
  const expected = await pages('harmless')
  for (const text of corpus) {
    const got = await pages(text)
    assert.deepEqual(
      // Whoever is sent to an address that is spelt better gets no page.
      got.map((page, n) => page === '' || page === expected[n]),
      got.map(() => true),
      text,
    )
  }
  const agents = corpus.filter(text => /^[\x20-\x7e]+$/.test(text))
  for (const agent of agents) {
    const headers = { 'user-agent': agent, 'accept-language': agent }
    const answer = await new Phone(gate.url, headers).get('/q/x')
    assert.equal(await answer.text(), await (await new Phone(gate.url).get('/q/x')).text())
    assert.deepEqual(answer.headers.getSetCookie().length, 1)
  }
})

attack('S067 names of places and people are text on the page and JSON on the kiosk', async gate => {
  await addAccount(gate)
  const { url } = gate
  const enrol = async () => {
    const answer = await fetch(url + paths.kioskEnrol, { method: 'POST', headers: { origin: url } })
    return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  }
  const start = async (cookie: string) => {
    const headers = { cookie, origin: url }
    const answer = await fetch(url + paths.signIns, { method: 'POST', headers })
    return (await answer.json()) as Awaited<ReturnType<Kiosk['start']>>
  }
  for (const name of corpus.filter(text => text !== harmless)) {
    const cookie = await enrol()
    alter(gate.dataDir, 'UPDATE kiosks SET name_ko = ?, name_en = ?', name, name)
    alter(gate.dataDir, 'UPDATE accounts SET name = ?', name)
    const signIn = await start(cookie)
    const phone = new Phone(url)
    const { page, id, receipt } = await phone.open(signIn.frame.url)
    assert.ok(page.includes(`<span>${escaped(name)}</span>`), name)
    assert.ok(!/<../.test(name) || !page.includes(name), name)
    await phone.post(`/s/${id}/scan`, { receipt })
    assert.equal((await phone.signIn(id, visitor.id, visitor.password)).status, 200)
    const claim = await new Kiosk(url).claim(signIn)
    assert.match(claim.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(
      typeof ((await claim.json()) as { account: { name: string } }).account.name,
      'string',
    )
  }
})

attack(
  'S067 the name of the site is text, whatever an operator calls it',
  async gate => {
    const { page } = await new Phone(gate.url).open((await new Kiosk(gate.url).start()).frame.url)
    assert.ok(page.includes(escaped(hostile)))
    assert.ok(!page.includes(hostile))
  },
  { settings: { QRGATE_SITE_NAME: hostile, QRGATE_SITE_NAME_EN: hostile } },
)
