export {
  type CancelReason,
  type ChooseOptions,
  type ClaimOptions,
  Client,
  type ClientOptions,
  type EndReason,
  type ViewOptions,
} from './client.ts'
export type { Clock } from './clock.ts'
export type { Connection, Transport } from './connection.ts'
export { GateError } from './gate-error.ts'
export type { KioskStorage } from './kept-sign-in.ts'
export { Kiosk, type KioskOptions } from './kiosk.ts'
export type {
  ClaimAnswer,
  ClaimedAccount,
  Claims,
  FinalReason,
  Frame,
  HandOffState,
  HandOffView,
  KioskPolicy,
  Language,
  Localized,
  PhoneKind,
  PollAnswer,
  QueueTicket,
  Service,
  ServiceIcon,
  SignInState,
  SignInView,
  StartAnswer,
  UserCodeAnswer,
} from './protocol.ts'
export { finalStates } from './protocol.ts'
export type { IdleCountdown, KioskState, ScreenUpdate } from './screen-update.ts'
export type { SignIn, SignInUpdate } from './sign-in.ts'
export { type StartOptions, startSignIn } from './start-sign-in.ts'
export type { StartedSignIn, Starter } from './starter.ts'
export { Turn, type TurnEnd, type TurnParts, type TurnSignIn } from './turn.ts'
