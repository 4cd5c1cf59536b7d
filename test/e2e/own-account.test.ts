import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { axe, phoneSize, startBrowser } from '../support/browser.ts'
import { withFinger } from '../support/finger.ts'
import { freePort, type Gate, startGate } from '../support/gate.ts'
import { ownPassword, visiting } from '../support/owner.ts'

/** Browsers make passkeys at localhost, and at no bare address. */
async function startLocal(t: TestContext): Promise<Gate> {
  const port = `${await freePort()}`
  return startGate(t, { PORT: port, PUBLIC_URL: `http://localhost:${port}` })
}

async function signIn(page: Page, gate: Gate, id: string): Promise<void> {
  await page.goto(`${gate.url}/me`)
  await page.locator('[name=account]').fill(id)
  await page.locator('[name=password]').fill(ownPassword)
  await page.locator('.entry .primary').click()
  await page.getByRole('heading', { name: '홍길동' }).waitFor()
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts'

  test(`S059: who has signed out leaves nothing to go back to, ${how}`, async t => {
    const gate = await startLocal(t)
    const browser = await startBrowser(t, { backForwardCache: true })
    const { id, kiosk, signIn: visit } = await visiting(gate, { remember: 'on' })
    const context = await browser.newContext({
      viewport: phoneSize,
      locale: 'ko-KR',
      javaScriptEnabled,
    })
    const page = await context.newPage()
    await signIn(page, gate, id)
    for (const path of ['', '/password', '/history', '/delete']) {
      await page.goto(`${gate.url}/me${path}`)
      if (javaScriptEnabled) assert.deepEqual(await axe(page), [], path)
    }
    await page.goto(`${gate.url}/me`)
    await page.getByRole('button', { name: '끝내기' }).click()
    await page.getByText('로그인된 키오스크가 없습니다.').waitFor()
    assert.equal((await kiosk.view(visit)).state, 'ended')
    await page.getByRole('button', { name: '로그아웃' }).click()
    await page.getByRole('heading', { name: '내 계정' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: '내 계정' }).waitFor()
    assert.equal(await page.getByText(id).count(), 0)
    assert.equal(await page.getByText('홍길동').count(), 0)
  })
}

test('a passkey is made on the own page, opens it the next time, and is renamed and removed there', async t => {
  const gate = await startLocal(t)
  const browser = await startBrowser(t)
  const { id } = await visiting(gate)
  const context = await browser.newContext({ viewport: phoneSize, locale: 'ko-KR' })
  const page = await context.newPage()
  const { touch } = await withFinger(context, page)
  await signIn(page, gate, id)
  await page.getByRole('button', { name: '패스키 더하기' }).click()
  await page.getByText('이름 없는 패스키').waitFor()
  assert.deepEqual(await axe(page), [])
  await touch(false)
  await page.getByRole('button', { name: '로그아웃' }).click()
  const button = page.getByRole('button', { name: '지문·얼굴로 로그인' })
  await button.waitFor()
  assert.deepEqual(await axe(page), [])
  await touch(true)
  await button.click()
  await page.getByRole('heading', { name: '홍길동' }).waitFor()
  await page.getByText('이름 없는 패스키').click()
  await page.getByLabel('이름', { exact: true }).fill('내 열쇠')
  await page.getByRole('button', { name: '이름 바꾸기' }).click()
  await page.getByText('내 열쇠').click()
  await page.getByRole('button', { name: '삭제: 내 열쇠' }).click()
  await page.getByText('등록한 패스키가 없습니다.').waitFor()
})
