/*
 * Preloaded into a gate process: its wall clock is wrong by so many milliseconds, from the start or
 * from a SIGWINCH on. The monotonic clock goes on as it does when an operator sets the time.
 */
const now = Date.now.bind(Date)
const { WRONG_AT_START = '0', WRONG_LATER = '0' } = process.env
let wrong = Number(WRONG_AT_START)
Date.now = () => now() + wrong
process.on('SIGWINCH', () => {
  wrong += Number(WRONG_LATER)
})
