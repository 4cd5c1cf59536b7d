import type { ServiceIcon } from './protocol.ts'

/** What each icon is drawn with: an SVG path in a square of 24, stroked and not filled. */
export const serviceIconPaths: Record<ServiceIcon, string> = {
  doctor:
    'M5 3H4v5.5a4.5 4.5 0 0 0 9 0V3h-1M8.5 13v2.5a5 5 0 0 0 5 5h.5a5 5 0 0 0 5-5V14M19 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4',
  test: 'M9 3h6M10 3v6.5L4.9 18a2 2 0 0 0 1.7 3h10.8a2 2 0 0 0 1.7-3L14 9.5V3M7.2 14.5h9.6',
  pay: 'M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2M3 10h18M7 15h3.5',
  paper: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5M9 13h6M9 17h4',
  medicine: 'M10.5 20.5a4.95 4.95 0 0 1-7-7l10-10a4.95 4.95 0 1 1 7 7zM8.5 8.5l7 7',
  appointment:
    'M6 5h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2M8 3v4M16 3v4M4 10.5h16M9 15.5l2 2 4-3.8',
  ward: 'M3 5v14M3 16.5h18M21 19v-5.5a3 3 0 0 0-3-3h-7v6M7 9.5a1.75 1.75 0 1 1 0 3.5 1.75 1.75 0 0 1 0-3.5',
  book: 'M12 6.5C10 5 7.2 4.5 3 4.5v14c4.2 0 7 .5 9 2 2-1.5 4.8-2 9-2v-14c-4.2 0-7 .5-9 2m0 0v14',
  gym: 'M7 6.5v11M17 6.5v11M4 9v6M20 9v6M7 12h10',
  key: 'M8 11a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M11.2 12.3 20 3.5M16 7.5l3 3M13.8 9.7l1.7 1.7',
  person: 'M12 3.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.5 20.5c.6-3.8 3.6-6 7.5-6s6.9 2.2 7.5 6',
  other: 'M5 4h5v5H5zM14 4h5v5h-5zM5 13h5v5H5zM14 13h5v5h-5z',
}
