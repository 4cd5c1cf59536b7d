export {
  type CancelReason,
  Client,
  type ClientOptions,
  type ViewOptions,
} from './client.ts'
export type { Connection, Transport } from './connection.ts'
export { GateError } from './gate-error.ts'
export type {
  ClaimAnswer,
  ClaimedAccount,
  FinalReason,
  PhoneKind,
  PollAnswer,
  SignInState,
  SignInView,
  StartAnswer,
  UserCodeAnswer,
} from './protocol.ts'
export { finalStates } from './protocol.ts'
export type { SignIn, SignInUpdate } from './sign-in.ts'
export { type StartOptions, startSignIn } from './start-sign-in.ts'
