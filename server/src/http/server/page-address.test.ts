import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meantAddress, wantsPage } from './page-address.ts'

const ticket = 'AZ09-$%25.TICKET'
const compact = 'CAAZS7JMLMPHYOU7AAVW6HINNSHIUAAAAAAAABAJNZXKHTUUFT7EQ'
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'

const meant: [typed: string, address: string | undefined][] = [
  ['/Code', '/code'],
  ['/CODE', '/code'],
  ['/code/', '/code'],
  ['//code//', '/code'],
  ['/code%20', '/code'],
  ['/code.', '/code'],
  ['/code%0A', '/code'],
  ['/code%C2%A0', '/code'],
  ['/code%E2%80%8B', '/code'],
  ['/code%2F', '/code'],
  ['/code%', '/code'],
  ['/code)%22%5D', '/code'],
  ['/%EF%BD%83ode', '/code'],
  ['/code%EC%97%90%EC%84%9C', '/code'],
  ['/try/', '/try'],
  ['/TRY', '/try'],
  ['/Try.?lang=en', '/try?lang=en'],
  ['/kiosk.html', '/kiosk'],
  ['/Demo.htm', '/demo'],
  ['/index.html', '/'],
  ['/enroll/AbC_-9', '/enrol/AbC_-9'],
  ['/enrol/AbC_-9%20', '/enrol/AbC_-9'],
  ['/api/docs/', '/api/docs'],
  ['/API/docs', '/api/docs'],
  ['/Api//Docs.?x=y', '/api/docs?x=y'],
  ['/Code/?lang=en', '/code?lang=en'],
  ['/kiosk/', '/kiosk'],
  ['/Kiosk?start=always', '/kiosk?start=always'],
  ['/DEMO/', '/demo'],
  [`/Q/${ticket}/`, `/Q/${ticket}`],
  [`//Q//${ticket}`, `/Q/${ticket}`],
  [`/q/${ticket}/?a=b/c`, `/q/${ticket}?a=b/c`],
  [`/k/${ticket}`, `/K/${ticket}`],
  [`/e/${ticket}/`, `/E/${ticket}`],
  [`/S/${id.toUpperCase()}/`, `/s/${id}`],
  [`/s/${id}/Sign-In/`, `/s/${id}/sign-in`],
  [`/s/${id}.`, `/s/${id}`],
  [`/s/${id}%20`, `/s/${id}`],
  [`/s/%E2%80%8E${id}%E2%80%8B/scan.`, `/s/${id}/scan`],
  [`/s/${id}/sign-in%20`, `/s/${id}/sign-in`],
  ...[')', '.', '%20', '%0A', '%E2%80%8B', '%C2%A0', '%EB%A5%BC', '/'].map(
    (end): [string, string] => [`/Q/${compact}${end}`, `/Q/${compact}`],
  ),
  [`/q/${compact.toLowerCase()}`, `/q/${compact}`],
  [`/k/%20${compact.toLowerCase()}.`, `/K/${compact}`],
  ['/Enrol/AbC_-9/', '/enrol/AbC_-9'],
  ['/RECOVER/AbC_-9.', '/recover/AbC_-9'],
  ['/Reception/Board/', '/reception/board'],
  ['//', '/'],
  ['///?x', '/?x'],
  // Not ours, or as it should be: nothing to go to.
  ['/cod', undefined],
  ['/code', undefined],
  ['/code/abcd', undefined],
  ['/', undefined],
  [`/q/${ticket}`, undefined],
  [`/Q/${compact}`, undefined],
  [`/q/${ticket}z`, undefined],
  ['/q/a%3Fb%23c', undefined],
  ['/api/docs', undefined],
  ['/api/docs/x', undefined],
  ['/api/v1/sign-ins/', undefined],
  ['/assets/kiosk.html', undefined],
  ['/api/V1', undefined],
  ['//evil.example/code', undefined],
  ['/\\evil.example', undefined],
  ['http://evil.example/Code', undefined],
  ['*', undefined],
]

test('N30: capitals, slashes and whatever surrounds an address lead to the page that is meant', () => {
  for (const [typed, address] of meant) {
    assert.equal(meantAddress(typed), address, typed)
    if (address !== undefined) {
      assert.match(address, /^\/(?!\/)/, 'never another origin')
      assert.equal(meantAddress(address), undefined, 'never round in circles')
    }
  }
})

test('N30: a page is for whoever names HTML, and never stands at an address of the API', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const asks = (url: string, accept?: string, dest?: string) =>
    wantsPage({ url, headers: { accept, 'sec-fetch-dest': dest } })
  for (const url of ['/cod', '/', '/apidocs', '/Q/x/']) {
    assert.equal(asks(url, browser), true)
    assert.equal(asks(url, 'application/xhtml+xml'), true)
    for (const dest of ['document', 'iframe']) assert.equal(asks(url, '*/*', dest), true)
  }
  for (const url of ['/api', '/api/v1/x', '/API/x', '//api/x', '/oidc/jwks2', '/api?x']) {
    assert.equal(asks(url, browser, 'document'), false, url)
  }
  for (const accept of [undefined, '', '*/*', 'application/json', 'image/png, */*']) {
    assert.equal(asks('/cod', accept), false)
    assert.equal(asks('/cod', accept, 'empty'), false)
  }
})
