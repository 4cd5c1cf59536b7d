import assert from 'node:assert/strict'
import { floorNames } from '../../scripts/browsers/floor.ts'
import { until } from '../support/patience.ts'
import { readPicture } from '../support/qr-picture.ts'
import { click, type Engine, fill, stands, type Tab, textOf } from './tab.ts'

export interface Place {
  /** Where the demo gate with its reception is. */
  url: string
  /** What it has printed: the address that opens a desk, once. */
  printed(): Promise<string>
}

/** Button, QR, sign-in, service, number, call: everything in the one browser. */
export async function wholeWay(engine: Engine, place: Place): Promise<void> {
  const { url } = place
  const code = new URL(await place.printed()).hash.slice('#desk='.length)
  const desk = await engine.open({ width: 1440, height: 900 })
  await desk.goto(`${url}/reception/desk?lang=en#link=${code}`)
  await stands(desk, 'article', 'Room 1')

  const kiosk = await engine.open({ width: 1080, height: 1400 })
  const { phone, number } = await served(engine, kiosk, url)
  await click(desk, 'button', `Call ${number}`)
  await stands(phone, 'main', 'Please go in now')
  await click(phone, 'button', 'Finish at this kiosk')
  await stands(kiosk, 'main[data-screen="idle"]')
}

/** From the kiosk's button to a number that stands on kiosk and phone; the phone is the engine's. */
async function served(
  engine: Engine,
  kiosk: Tab,
  url: string,
): Promise<{ phone: Tab; number: string }> {
  await kiosk.goto(`${url}/kiosk?lang=en`)
  await stands(kiosk, 'main[data-screen="idle"]')
  await click(kiosk, 'main button', 'Start')
  await stands(kiosk, 'main[data-screen="pending"]')
  const visitor = (await (await fetch(`${url}/demo/visitor`)).json()) as {
    account: string
    password: string
  }
  const phone = await engine.open({ width: 390, height: 844 })
  await phone.goto(await readQr(kiosk))
  await stands(kiosk, 'main[data-screen="scanned"]')
  await fill(phone, 'form[action$="/sign-in"] [name=account]', visitor.account)
  await fill(phone, 'form[action$="/sign-in"] [name=password]', visitor.password)
  await click(phone, 'form[action$="/sign-in"] .primary')
  await click(kiosk, '.tile', 'See a doctor')
  await stands(kiosk, 'main[data-screen="ticket"] .number')
  const number = await textOf(kiosk, '.number')
  assert.match(number, /^A-\d{3}$/)
  await stands(phone, 'main', number)
  return { phone, number }
}

async function readQr(kiosk: Tab): Promise<string> {
  let read = ''
  await until('two readers agree on a QR', async () => {
    read = readPicture(await kiosk.screenshot())
    return read !== ''
  })
  return read
}

/** Every page with a script says that the browser is too old; the phone's pages say nothing of it. */
export async function tooOld(engine: Engine, { url }: Place): Promise<void> {
  const tab = await engine.open({ width: 1080, height: 1400 })
  const pages = ['kiosk', 'demo', 'reception/desk', 'reception/board', 'reception/day']
  for (const page of pages) {
    await tab.goto(`${url}/${page}`)
    await stands(tab, '#old-browser [lang=ko]', floorNames.ko)
    await stands(tab, '#old-browser [lang=en]', floorNames.en)
  }
}

/** The phone alone, at a kiosk that is none of this browser's. */
export async function phoneAlone(engine: Engine, kiosk: Tab, { url }: Place): Promise<void> {
  await served(engine, kiosk, url)
}
