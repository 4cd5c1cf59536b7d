/** For how long each call to the gate is repeated, in milliseconds, while it is not answered. */

/** The gate keeps an approved sign-in for its kiosk this long. */
export const claimWindowMs = 120_000
/** Whoever gives a sign-in up or ends a visit has turned to the next one already. */
export const endWindowMs = 60_000
/** For as long as somebody may stand there and wait for a number. */
export const chooseWindowMs = 60_000
/** Who asks for more time has less than this left. */
export const extendWindowMs = 60_000
/** Somebody stands there and waits for the code. */
export const userCodeWindowMs = 5_000
