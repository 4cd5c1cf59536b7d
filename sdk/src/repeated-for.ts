/** For how long each call to the gate is repeated, in milliseconds, while it is not answered. */
export const repeatedFor = {
  /** The gate keeps an approved sign-in for its kiosk this long. */
  claim: 120_000,
  /** Whoever gives a sign-in up or ends a visit has turned to the next one already. */
  end: 60_000,
  /** For as long as somebody may stand there and wait for a number. */
  choose: 60_000,
  /** Who asks for more time has no more than this left. */
  extend: 60_000,
  /** Somebody stands there and waits for the code: one call whose connections are all dead, and another. */
  userCode: 15_000,
} as const
