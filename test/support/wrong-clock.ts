import { existsSync, readFileSync } from 'node:fs'

/*
 * Preloaded into a gate process: its wall clock is wrong by so many milliseconds, from the start or
 * from a SIGWINCH on; by those that a file holds at that moment, where one is named. The monotonic clock
 * goes on as it does when an operator sets the time.
 */
const now = Date.now.bind(Date)
const { WRONG_AT_START = '0', WRONG_LATER = '0', WRONG_BY_FILE = '' } = process.env
const inFile = () => (existsSync(WRONG_BY_FILE) ? Number(readFileSync(WRONG_BY_FILE, 'utf8')) : 0)
let wrong = Number(WRONG_AT_START) + inFile()
Date.now = () => now() + wrong
process.on('SIGWINCH', () => {
  wrong = WRONG_BY_FILE === '' ? wrong + Number(WRONG_LATER) : inFile()
})
