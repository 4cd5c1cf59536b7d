import type { Localized, Service, SiteView } from '@qrgate/sdk/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './database.ts'
import { dayOf, isOpen } from './day.ts'
import { type Gate, unknownPlace } from './gate.ts'
import type { Site } from './site.ts'
import { about } from './trouble.ts'
import { closedServices } from './views.ts'

const endedToday: Localized = { ko: '오늘 접수가 마감되었습니다', en: 'Closed for today' }
const outOfHours: Localized = { ko: '지금은 접수 시간이 아닙니다', en: 'Closed at this hour' }

/** What the gate says of the place, and what is offered at its kiosks. */
export interface Introduction {
  /** As it was said last; kept for when the gate is away. */
  readonly place: SiteView
  today(): string
  /** Whether the gate did not answer last time. */
  isAway(): boolean
  /** Asks what the place is now, and offers what is open now, where that is another than before. */
  renew(): Promise<void>
}

export interface IntroductionParts {
  db: Database
  site: Site
  gate: Pick<Gate, 'place' | 'offer'>
  clock: () => number
  /** The place is another, or the gate is away, or back. */
  changed(): void
  logger: FastifyBaseLogger
}

export async function createIntroduction(parts: IntroductionParts): Promise<Introduction> {
  const { db, site, gate, clock, changed, logger } = parts
  const known = db.selectFrom('known').select('value').where('name', '=', 'place')
  const kept = await known.executeTakeFirst()
  let place: SiteView = kept ? JSON.parse(kept.value) : unknownPlace
  let stored = kept?.value
  let offered = ''
  let isAway = false
  let renewing = Promise.resolve()
  const today = () => dayOf(clock(), place.time_zone)

  async function offer(): Promise<void> {
    const closed = await closedServices(db, today())
    const isInHours = isOpen(clock(), place.time_zone, place.hours)
    const services = site.services.map(({ id, name, lines, icon }): Service => {
      const why = closed.has(id) ? endedToday : isInHours ? undefined : outOfHours
      return { id, name, icon, ...(lines && { lines }), ...(why && { closed: why }) }
    })
    const text = JSON.stringify(services)
    if (text === offered) return
    await gate.offer(services)
    offered = text
  }

  async function learn(): Promise<void> {
    const said = await gate.place()
    if (!said) return
    const value = JSON.stringify(said)
    if (value !== JSON.stringify(place)) {
      // A zone that this Node knows nothing of would be a fault at every turn: it throws here.
      dayOf(clock(), said.time_zone)
      place = said
      changed()
    }
    // Again where the disk was full.
    if (value === stored) return
    const row = db.insertInto('known').values({ name: 'place', value })
    await row.onConflict(on => on.doUpdateSet({ value })).execute()
    stored = value
  }

  return {
    get place() {
      return place
    },
    today,
    isAway: () => isAway,
    renew() {
      renewing = renewing
        .then(learn)
        .then(offer)
        .then(
          () => false,
          error => {
            if (!isAway) logger.warn(about(error), 'the gate cannot be reached')
            // Another gate may answer next, or one that was restored.
            offered = ''
            return true
          },
        )
        .then(away => {
          if (away === isAway) return
          isAway = away
          changed()
        })
      return renewing
    },
  }
}
