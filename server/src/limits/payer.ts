import { networkOf } from './network.ts'

/** A kiosk, and where whoever speaks to the gate there is. */
export interface Where {
  kiosk: number
  /** Somebody put this kiosk up: whoever scans it stands before it. At all others anybody may start. */
  enrolled: boolean
  address: string
}

/**
 * Who pays for a piece of work, from what is nearest to a person to what is farthest: a sign-in is in
 * the hands of whoever scanned it, a phone and a kiosk serve many, and behind one address may be a
 * whole hospital.
 */
export interface Payer extends Where {
  signIn: string
  /** The phone, by what it is counted as; a client of the seed's API has none. */
  phone?: string
}

/**
 * Whoever tries to open their account's page pays as at a screen where anybody may start: the browser in
 * place of the scan, and the network. @param phone the browser, by what it is counted as.
 */
export function payerOfPage(phone: string, address: string): Payer {
  return { kiosk: 0, enrolled: false, address, signIn: `page ${phone}`, phone }
}

/** What a kiosk's limits are counted by: where anybody may start, each network for itself. */
export function kioskKey({ kiosk, enrolled, address }: Where): string {
  return enrolled ? `kiosk ${kiosk}` : `network ${networkOf(address)}`
}

/** Between whom the hash queue is fair, from the widest to the narrowest. */
export function sharesOf({ signIn, kiosk, enrolled, address }: Payer): readonly string[] {
  return [enrolled ? `kiosk ${kiosk}` : 'open', networkOf(address), signIn]
}
