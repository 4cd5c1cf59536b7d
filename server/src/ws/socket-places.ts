import { closeCodes } from '@qrgate/sdk/protocol'
import { Shares } from './shares.ts'

/** How many sockets each may hold on this node. */
export interface PlaceCaps {
  all: number
  /** All that are not pages of enrolled kiosks; the rest is kept for those. */
  strangers: number
  /** Strangers of one network. */
  ofNetwork: number
  /** Strangers of one network that watch nothing: they have proven nothing yet, or all is over. */
  idleOfNetwork: number
  /** Strangers that watch sign-ins of one kiosk. One network may hold all of it, while nobody else asks. */
  ofKiosk: number
  /** Pages that show one kiosk's credential. */
  pagesOfKiosk: number
}

/**
 * All but the last are shares of what the operator allows a node. A site has hundreds of screens behind
 * one address, and a backend starts for all of its screens as one kiosk, so one network and one kiosk may
 * hold much, but neither all. A socket that watches nothing lives for seconds only, so an eighth (on a
 * small node a few) does for a whole site that comes back at once. A screen needs one socket; four leave
 * room for a page that is reloaded while its old connections are not yet known to be dead.
 */
export function placeCaps(all: number): PlaceCaps {
  return {
    all,
    strangers: all - Math.floor(all / 5),
    ofNetwork: Math.ceil((all * 5) / 8),
    idleOfNetwork: Math.max(4, Math.ceil(all / 8)),
    ofKiosk: Math.ceil((all * 5) / 8),
    pagesOfKiosk: 4,
  }
}

/** Who has to go for a newcomer, and with which close code. */
export interface Eviction<Holder> {
  holder: Holder
  code: number
}

/** Whether a newcomer is let in. */
export type Admission<Holder> = { admitted: boolean; evicted?: Eviction<Holder> }

/** A page counts for its kiosk, a stranger for its network and, once it watches, for a kiosk. */
interface Place {
  network: string
  pageOf: number | undefined
  /** The kiosk whose sign-in a stranger was the first to watch. */
  watches: number | undefined
}

/**
 * Who may have a socket on this node.
 *
 * Pages of enrolled kiosks always find a place, and count for no network. A stranger is turned away
 * when its share is full, unless somebody in it watches nothing: then the one goes that has done so for
 * longest, as whoever is about to prove something needs no more than a moment.
 */
export class SocketPlaces<Holder> {
  readonly #caps: PlaceCaps
  readonly #places = new Map<Holder, Place>()
  readonly #pages = new Shares<number, Holder>()
  readonly #strangers = new Shares<string, Holder>()
  readonly #idle = new Shares<string, Holder>()
  /** For each kiosk the networks of the strangers that watch its sign-ins. */
  readonly #watching = new Map<number, Shares<string, Holder>>()

  constructor(caps: PlaceCaps) {
    this.#caps = caps
  }

  networkOf(holder: Holder): string | undefined {
    return this.#places.get(holder)?.network
  }

  /**
   * Whoever has to go has left when this returns.
   * @param pageOf the kiosk whose own page this is; absent for strangers.
   */
  admit(holder: Holder, network: string, pageOf?: number): Admission<Holder> {
    const admission = pageOf === undefined ? this.#roomOf(network) : this.#roomForPage(pageOf)
    if (!admission.admitted) return admission
    if (admission.evicted) this.leave(admission.evicted.holder)
    this.#places.set(holder, { network, pageOf, watches: undefined })
    if (pageOf !== undefined) {
      this.#pages.add(pageOf, holder)
    } else {
      this.#strangers.add(network, holder)
      this.#idle.add(network, holder)
    }
    return admission
  }

  /**
   * A socket has something to watch. Not admitted when its kiosk's share is full, and it has to go; whoever
   * goes in its place has left when this returns.
   */
  watches(holder: Holder, kiosk: number): Admission<Holder> {
    const place = this.#places.get(holder)
    if (!place || place.pageOf !== undefined) return { admitted: true }
    let admission: Admission<Holder> = { admitted: true }
    if (place.watches === undefined) {
      admission = this.#roomAt(kiosk, place.network)
      if (!admission.admitted) return admission
      if (admission.evicted) this.leave(admission.evicted.holder)
      place.watches = kiosk
      const watching = this.#watching.get(kiosk) ?? new Shares()
      this.#watching.set(kiosk, watching)
      watching.add(place.network, holder)
    }
    this.#idle.delete(place.network, holder)
    return admission
  }

  /** A socket has nothing to watch any more. */
  rests(holder: Holder): void {
    const place = this.#places.get(holder)
    if (place && place.pageOf === undefined) this.#idle.add(place.network, holder)
  }

  /** A stranger turns out to be a kiosk's own page, as when its credential could not be looked up at first. */
  becomesPage(holder: Holder, kiosk: number): Eviction<Holder> | undefined {
    const place = this.#places.get(holder)
    if (!place || place.pageOf === kiosk) return undefined
    const evicted = this.#tooManyPages(kiosk)
    if (evicted) this.leave(evicted.holder)
    this.leave(holder)
    this.#places.set(holder, { ...place, pageOf: kiosk, watches: undefined })
    this.#pages.add(kiosk, holder)
    return evicted
  }

  leave(holder: Holder): void {
    const place = this.#places.get(holder)
    if (!place) return
    const { network, pageOf, watches } = place
    this.#places.delete(holder)
    this.#strangers.delete(network, holder)
    this.#idle.delete(network, holder)
    if (pageOf !== undefined) this.#pages.delete(pageOf, holder)
    const watching = watches === undefined ? undefined : this.#watching.get(watches)
    watching?.delete(network, holder)
    if (watches !== undefined && watching?.size === 0) this.#watching.delete(watches)
  }

  #roomOf(network: string): Admission<Holder> {
    const { all, strangers, ofNetwork, idleOfNetwork } = this.#caps
    const idle = this.#idle.of(network)
    if (idle.size >= idleOfNetwork || this.#strangers.of(network).size >= ofNetwork) {
      return inPlaceOf(idle)
    }
    const full = this.#strangers.size >= strangers || this.#places.size >= all
    return full ? inPlaceOf(this.#idle.greatest) : { admitted: true }
  }

  /**
   * Where anybody may start, all are strangers of one kiosk: there one network alone must not shut the
   * others out, so whichever holds more than half gives way to them.
   */
  #roomAt(kiosk: number, network: string): Admission<Holder> {
    const { ofKiosk } = this.#caps
    const watching = this.#watching.get(kiosk)
    if (!watching || watching.size < ofKiosk) return { admitted: true }
    const { greatest } = watching
    const most = greatest.size > ofKiosk / 2 && watching.of(network) !== greatest
    return most ? inPlaceOf(greatest) : { admitted: false }
  }

  #roomForPage(kiosk: number): Admission<Holder> {
    const evicted = this.#tooManyPages(kiosk)
    if (evicted) return { admitted: true, evicted }
    if (this.#places.size < this.#caps.all) return { admitted: true }
    if (this.#idle.size > 0) return inPlaceOf(this.#idle.greatest)
    if (this.#strangers.size > 0) return inPlaceOf(this.#strangers.greatest)
    // Only pages are left. Each kiosk keeps one.
    const most = this.#pages.greatest
    return most.size > 1 ? inPlaceOf(most) : { admitted: false }
  }

  /** The oldest page of a kiosk, where one more would be too many. */
  #tooManyPages(kiosk: number): Eviction<Holder> | undefined {
    const pages = this.#pages.of(kiosk)
    if (pages.size < this.#caps.pagesOfKiosk) return undefined
    return evictionOf(pages, closeCodes.replaced)
  }
}

function inPlaceOf<Holder>(holders: ReadonlySet<Holder>): Admission<Holder> {
  const evicted = evictionOf(holders, closeCodes.tryLater)
  return evicted ? { admitted: true, evicted } : { admitted: false }
}

function evictionOf<Holder>(
  holders: ReadonlySet<Holder>,
  code: number,
): Eviction<Holder> | undefined {
  for (const holder of holders) return { holder, code }
  return undefined
}
