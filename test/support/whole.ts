/** Whether `npm run test:e2e` tries what is on screens in whole; `npm test` tries a slice of it. */
export const isWholeE2e = process.env.QRGATE_TEST_E2E === 'whole'
