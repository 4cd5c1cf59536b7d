import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DaySummary } from '../../reception/src/wire.ts'
import { axe, axeWithoutColours, settled, startBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { ReceptionPages } from '../support/reception-pages.ts'

const minutes = (count: number) => count * 60_000

function summaryOf(day: string): DaySummary {
  const isEmpty = day === '2026-11-27'
  return {
    now: Date.UTC(2026, 10, 29, 1, 24),
    site: { ko: '서울내과의원', en: 'Seoul Clinic' },
    day,
    days: ['2026-11-29', '2026-11-28', '2026-11-27'],
    came: isEmpty ? 0 : 9,
    done: isEmpty ? 0 : 6,
    no_show: isEmpty ? 0 : 2,
    cancelled: isEmpty ? 0 : 1,
    ...(!isEmpty && { median_wait_ms: minutes(14) }),
    hours: isEmpty
      ? []
      : [
          { hour: 23, came: 7, median_wait_ms: minutes(12) },
          { hour: 24, came: 0 },
          { hour: 25, came: 2 },
        ],
    services: [
      { id: 'exam', name: { ko: '진료 접수', en: 'See a doctor' }, came: isEmpty ? 0 : 9 },
    ],
  }
}

for (const lang of ['ko', 'en'] as const) {
  test(`a day is summed up, as a plot and as tables, and another one can be chosen (${lang})`, async t => {
    const reception = await ReceptionPages.start(t)
    reception.summary = day => summaryOf(day ?? '2026-11-29')
    const page = await (await startBrowser(t)).newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${reception.url}/day?lang=${lang}`)
    await page.locator('table').first().waitFor()
    const told = await page.locator('dl').innerText()
    assert.deepEqual(told.match(/\d+/g), ['9', '6', '2', '1', '14'])
    const heights = await page
      .locator('.plot rect')
      .evaluateAll(bars => bars.map(bar => Number(bar.getAttribute('height'))))
    assert.deepEqual(heights, [130, 0, 37])
    // A day goes on after midnight.
    const rows = await page.locator('table').first().locator('tbody tr').allInnerTexts()
    assert.deepEqual(
      rows.map(row => row.split(/\s+/).slice(0, 2)),
      [
        ['23:00', '7'],
        ['00:00', '0'],
        ['01:00', '2'],
      ],
    )
    const csv = page.getByRole('link', { name: /CSV/ })
    assert.equal(await csv.getAttribute('href'), 'day/summary.csv?day=2026-11-29')
    await settled(page)
    assert.deepEqual(await axe(page), [])
    assert.deepEqual(await axeWithoutColours(page), [])

    await page.getByRole('combobox').selectOption('2026-11-28')
    await until('the other day is told', async () =>
      ((await csv.getAttribute('href')) ?? '').endsWith('2026-11-28'),
    )
    await page.reload()
    await page.locator('table').first().waitFor()
    assert.equal(await page.getByRole('combobox').inputValue(), '2026-11-28')
    await page.getByRole('combobox').selectOption('2026-11-27')
    await page.getByText(lang === 'ko' ? '이날은 접수가 없습니다' : 'No check-ins').waitFor()
    assert.deepEqual(await axe(page), [])

    await page.emulateMedia({ media: 'print' })
    assert.equal(await page.getByRole('link', { name: /CSV/ }).count(), 0)
    assert.equal(await page.locator('dl').isVisible(), true)
  })

  test(`a browser that is no desk is told how to become one (${lang})`, async t => {
    const reception = await ReceptionPages.start(t)
    const page = await (await startBrowser(t)).newPage()
    await page.goto(`${reception.url}/day?lang=${lang}`)
    await page.getByText('Ctrl+C').waitFor()
    assert.equal(await page.locator('dl').count(), 0)
    assert.deepEqual(await axe(page), [])
  })
}
