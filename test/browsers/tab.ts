import { until } from '../support/patience.ts'

/** A browser as this run drives it. */
export interface Engine {
  /** E.g. `Firefox`. */
  name: string
  /** As the browser itself says it, e.g. `115.0.5790.0`. */
  version: string
  /** A window of its own, without cookies of any other. */
  open(size: Size): Promise<Tab>
  stop(): Promise<void>
}

export interface Size {
  width: number
  height: number
}

/** The little that every way to drive a browser can do. */
export interface Tab {
  goto(url: string): Promise<void>
  /** @param expression its value comes back as JSON. */
  evaluate(expression: string): Promise<unknown>
  /** A real click, in CSS pixels from the window's corner. */
  clickAt(x: number, y: number): Promise<void>
  /** Real keys. */
  type(text: string): Promise<void>
  /** What a person sees, as PNG. */
  screenshot(): Promise<Buffer>
}

const find = (
  selector: string,
  text: string,
) => `[...document.querySelectorAll(${JSON.stringify(selector)})]
  .find(found => found.textContent.includes(${JSON.stringify(text)}))`

/** Waits until something of the selector with this text stands in the page. */
export async function stands(tab: Tab, selector: string, text = ''): Promise<void> {
  const expression = `Boolean(${find(selector, text)})`
  // While a page is being left there is none to ask.
  const isThere = () => tab.evaluate(expression).then(Boolean, () => false)
  await until(`${selector} ${text}`, isThere, 100)
}

/** Clicks in the middle of it, once it stands still. */
export async function click(tab: Tab, selector: string, text = ''): Promise<void> {
  await stands(tab, selector, text)
  const place = `(() => {
    const found = ${find(selector, text)}
    found.scrollIntoView({ block: 'center' })
    const { x, y, width, height } = found.getBoundingClientRect()
    return [Math.round(x + width / 2), Math.round(y + height / 2)]
  })()`
  let before = ''
  let point: [number, number] = [0, 0]
  await until(`${selector} stands still`, async () => {
    point = (await tab.evaluate(place)) as typeof point
    const still = before === `${point}`
    before = `${point}`
    return still
  })
  await tab.clickAt(...point)
}

export async function fill(tab: Tab, selector: string, text: string): Promise<void> {
  await click(tab, selector)
  await tab.type(text)
}

export async function textOf(tab: Tab, selector: string): Promise<string> {
  const expression = `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`
  return String(await tab.evaluate(expression))
}
