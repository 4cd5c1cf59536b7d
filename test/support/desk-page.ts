// What tests do at a desk's page, and wait for on it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { axe, settled } from './browser.ts'
import { until } from './patience.ts'

export const room1 = '내과 1진료실'
export const room2 = '내과 2진료실'

/** Somebody without a phone comes. @returns their number. */
export const comes = (desk: Page, service: string, name?: string) =>
  desk.evaluate(
    async body => {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const answer = await fetch('desk/walk-in', init)
      return ((await answer.json()) as { arrival: { number: string } }).arrival.number
    },
    { id: randomUUID() as string, service, ...(name !== undefined && { name }) },
  )

export const card = (desk: Page, name: string) => desk.getByRole('article', { name })
export const row = (desk: Page, number: string) =>
  desk.getByRole('row').filter({ has: desk.getByRole('rowheader', { name: number }) })
export const press = (desk: Page, name: string) =>
  desk.getByRole('button', { name, exact: true }).click()

/** The desk has this number, or stands empty (`–`). */
export const serves = (desk: Page, name: string, number: string) =>
  card(desk, name).locator('.number').getByText(number, { exact: true }).waitFor()

/** Whose turn it is, first. */
export const waits = (desk: Page, ...numbers: string[]) =>
  until(`${numbers} wait`, async () => {
    const shown = await desk.locator('tbody th').allInnerTexts()
    return JSON.stringify(shown) === JSON.stringify(numbers)
  })

export const says = (desk: Page, text: string) =>
  desk.locator('.bar').filter({ hasText: text }).waitFor()
export const undo = (desk: Page) => desk.getByRole('button', { name: '되돌리기' }).click()

/** Later than a second click that was not meant. */
export const later = (desk: Page) => desk.clock.fastForward(1_000)

export const clean = async (desk: Page) => {
  await settled(desk)
  assert.deepEqual(await axe(desk), [])
}
