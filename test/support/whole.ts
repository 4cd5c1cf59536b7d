/** Whether `npm run test:whole` tries a table on each database; `npm test` takes them in turn, one row after the other. */
export const isWhole = process.env.QRGATE_TEST_WHOLE === '1'

/** Whether `npm run test:e2e` tries what is on screens in whole; `npm test` tries a slice of it. */
export const isWholeE2e = process.env.QRGATE_TEST_E2E === 'whole'

/** In which languages a story is told; a slice has the one that is harder to fit in. */
export const storyLanguages = isWholeE2e ? (['ko', 'en'] as const) : (['ko'] as const)
