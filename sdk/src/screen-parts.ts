export { CodeHelp } from './element/code-help.ts'
export { TimeLeft } from './element/time-left.ts'
export type { Language } from './protocol.ts'
export { type ScreenName, screenOf } from './screen-update.ts'
export { type TroubleKind, troubleKindOf } from './trouble.ts'
export {
  type CodeWords,
  type Message,
  messageOf,
  type ScreenWords,
  screenWords,
} from './words.ts'
