import type { Localized } from './site.ts'

/** Icons that every screen can draw. */
export const serviceIcons = [
  'doctor',
  'test',
  'pay',
  'paper',
  'medicine',
  'appointment',
  'ward',
  'book',
  'gym',
  'key',
  'person',
  'other',
] as const

export type ServiceIcon = (typeof serviceIcons)[number]

/** What a client does for visitors at its kiosks. All texts are plain, 80 characters at most. */
export interface Service {
  /** A letter or digit, then up to 63 of those, `.`, `_` and `-`; unique at its client. */
  id: string
  name: Localized
  /** Below the name; two at most. */
  lines?: Localized[]
  icon: ServiceIcon
  /** Why nobody can ask for it now. */
  closed?: Localized
}
