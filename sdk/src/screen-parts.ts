export { CodeHelp } from './element/code-help.ts'
export { CountdownRing } from './element/countdown-ring.ts'
export { announcedAt, TimeLeft } from './element/time-left.ts'
export type { Language } from './protocol.ts'
export { type IdleCountdown, mayChooseAnother, type ScreenName, screenOf } from './screen-update.ts'
export { serviceIconPaths } from './service-icons.ts'
export type { ServiceWords } from './service-words.ts'
export { spelledNumber, type TicketCell, ticketCells, ticketSaid, whereTo } from './ticket-words.ts'
export { type TroubleKind, troubleKindOf } from './trouble.ts'
export {
  type CodeWords,
  countdownSaid,
  type Message,
  messageOf,
  type ScreenWords,
  screenWords,
} from './words.ts'
