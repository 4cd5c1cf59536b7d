import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meantAddress, wantsPage } from './page-address.ts'

const ticket = 'AZ09-$%25.TICKET'
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'

const meant: [typed: string, address: string | undefined][] = [
  ['/Code', '/code'],
  ['/CODE', '/code'],
  ['/code/', '/code'],
  ['//code//', '/code'],
  ['/code%20', '/code'],
  ['/code.', '/code'],
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
  ['/Enrol/AbC_-9/', '/enrol/AbC_-9'],
  ['/Reception/Board/', '/reception/board'],
  ['//', '/'],
  ['///?x', '/?x'],
  // Not ours, or as it should be: nothing to go to.
  ['/cod', undefined],
  ['/code', undefined],
  ['/code/abcd', undefined],
  ['/', undefined],
  [`/q/${ticket}`, undefined],
  ['/api/V1', undefined],
  ['//evil.example/code', undefined],
  ['/\\evil.example', undefined],
  ['http://evil.example/Code', undefined],
  ['*', undefined],
]

test('N30: capitals, doubled slashes and one at the end lead to the page that is meant', () => {
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
  for (const url of ['/cod', '/', '/apidocs', '/Q/x/']) assert.equal(wantsPage(url, browser), true)
  for (const url of ['/api', '/api/v1/x', '/API/x', '//api/x', '/oidc/jwks2', '/api?x']) {
    assert.equal(wantsPage(url, browser), false, url)
  }
  for (const accept of [undefined, '', '*/*', 'application/json', 'image/png, */*']) {
    assert.equal(wantsPage('/cod', accept), false)
  }
})
