import type { KioskState } from '../screen-update.ts'
import { node } from './node.ts'

type Icon = 'phone' | 'check' | 'clock' | 'cross' | 'warning'
type Tone = 'calm' | 'good' | 'attention' | 'refused'

const paths: Record<Icon, string> = {
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1m3 15h2',
  check: 'm5 13 4.5 4.5L19 8',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 7.5V12l3 2',
  cross: 'm6.5 6.5 11 11m0-11-11 11',
  warning: 'M12 6v7m0 4v.5',
}

const badges: Partial<Record<KioskState | 'waiting' | 'staff', [Tone, Icon]>> = {
  scanned: ['calm', 'phone'],
  approved: ['calm', 'phone'],
  claimed: ['good', 'check'],
  waiting: ['calm', 'clock'],
  staff: ['attention', 'warning'],
  denied: ['refused', 'cross'],
  cancelled: ['calm', 'cross'],
  expired: ['attention', 'clock'],
  ended: ['calm', 'phone'],
  trouble: ['attention', 'warning'],
}

/** The picture that goes with a state; the words beside it say the same, so it is decoration. */
export class Badge {
  readonly root = node('div', { 'aria-hidden': 'true' })
  readonly #path = document.createElementNS('http://www.w3.org/2000/svg', 'path')

  constructor() {
    const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    picture.setAttribute('viewBox', '0 0 24 24')
    picture.append(this.#path)
    this.root.append(picture)
  }

  show(state: keyof typeof badges): void {
    const badge = badges[state]
    this.root.hidden = badge === undefined
    if (!badge) return
    const [tone, icon] = badge
    this.root.className = `badge ${tone}`
    this.#path.setAttribute('d', paths[icon])
  }
}
