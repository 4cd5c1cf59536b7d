import Type from 'typebox'
import { longestMessage } from '../../accounts/passkey-messages.ts'
import type { RefusalCode } from '../../errors.ts'
import { signInPath } from '../server/schemas.ts'
import { type HttpServer, refusalOf } from '../server/server.ts'
import {
  agreement,
  byPhone,
  forms,
  ofForm,
  ofScan,
  receipt,
  remember,
  settled,
  typedText,
} from './schemas.ts'
import type { PhoneParts, VisitorOf } from './visitor.ts'

/** Whatever the way to prove who the visitor is. */
const ofSignIn = [
  ...ofScan,
  ...['agreement_wrong', 'method_not_allowed', 'account_unusable', 'too_many_tries', 'busy'],
] as const satisfies RefusalCode[]

const ofNewAccount = [
  'invitation_wrong',
  'notice_changed',
  ...['account_exists', 'account_id_invalid', 'name_invalid'],
  ...['password_too_short', 'password_too_long', 'password_too_common'],
] as const satisfies RefusalCode[]

const ofNewPasskey = [
  ...ofForm,
  ...['proof_too_old', 'method_not_allowed', 'account_unusable', 'passkey_wrong'],
] as const satisfies RefusalCode[]

/** What a browser says for an authenticator, as JSON. */
const credential = Type.String({ maxLength: longestMessage })
const password = Type.String({ maxLength: 4096 })

/** Each way to prove who the visitor is: the submit names the place, so it approves. */
export function addSignInRoutes(
  scope: HttpServer,
  { flow, methods, newPasskeys }: PhoneParts,
  visitorOf: VisitorOf,
): void {
  scope.post(
    '/s/:id/sign-in',
    {
      schema: {
        ...byPhone,
        operationId: 'approveByPassword',
        refusals: [...ofSignIn, 'wrong_credentials'],
        consumes: forms,
        summary: 'Sign in with id and password, which approves',
        params: signInPath,
        body: Type.Object(
          { account: typedText, password, remember, receipt, agreement },
          { title: 'SignInForm' },
        ),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { account: accountId, password, receipt, agreement } = request.body
      const remember = visitor.remembered.isWanted(request.body)
      const credentials = { id: accountId, password }
      visitor.keepSent({ accountId })
      await visitor.scanFirst(id, receipt)
      try {
        const prove = methods.password(credentials)
        await flow.approve(id, visitor.phone, prove, { agreement, remember })
      } catch (error) {
        return visitor.retype(error, { kind: 'sign-in', id, accountId, remember })
      }
      if (remember) visitor.remembered.keep(id, visitor.key)
      visitor.forgetTyped()
      return visitor.settle(id)
    },
  )

  scope.post(
    '/s/:id/passkey',
    {
      schema: {
        ...byPhone,
        operationId: 'approveByPasskey',
        refusals: [...ofSignIn, 'passkey_wrong'],
        consumes: forms,
        summary: 'Sign in with a passkey, which approves',
        params: signInPath,
        body: Type.Object({ credential, receipt, agreement }, { title: 'PasskeyForm' }),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { credential, receipt, agreement } = request.body
      await visitor.scanFirst(id, receipt)
      try {
        await flow.approve(id, visitor.phone, methods.passkey(credential), { agreement })
      } catch (error) {
        return visitor.retype(error, { kind: 'sign-in', id })
      }
      visitor.passkeys.known()
      return visitor.settle(id)
    },
  )

  scope.post(
    '/s/:id/passkeys',
    {
      schema: {
        ...byPhone,
        operationId: 'addPasskey',
        refusals: ofNewPasskey,
        consumes: forms,
        summary: 'Add a passkey to the account that has just signed in by its password',
        params: signInPath,
        body: Type.Object({ credential }, { title: 'NewPasskeyForm' }),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      await newPasskeys.add(id, visitor.phone, request.body.credential)
      visitor.passkeys.known()
      return visitor.settle(id)
    },
  )

  scope.post(
    '/s/:id/approve',
    {
      schema: {
        ...byPhone,
        operationId: 'approveByRememberedPhone',
        refusals: [...ofSignIn, 'phone_forgotten', 'proof_too_old'],
        consumes: forms,
        summary: 'Sign in by one tap on a phone that is remembered, which approves',
        params: signInPath,
        body: Type.Object({ receipt, agreement }, { title: 'ApproveForm' }),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { receipt, agreement } = request.body
      await visitor.scanFirst(id, receipt)
      try {
        const prove = methods.rememberedPhone(visitor.remembered.secret)
        await flow.approve(id, visitor.phone, prove, { agreement })
      } catch (error) {
        return visitor.retype(error, { kind: 'sign-in', id })
      }
      visitor.remembered.stay()
      return visitor.settle(id)
    },
  )

  scope.post(
    '/s/:id/sign-up',
    {
      schema: {
        ...byPhone,
        operationId: 'approveBySignUp',
        refusals: [...ofSignIn, 'registration_closed', ...ofNewAccount],
        consumes: forms,
        summary: 'Add an account and sign in with it, which approves',
        params: signInPath,
        body: Type.Object(
          {
            ...{ account: typedText, name: typedText, password, remember, receipt, agreement },
            // Where only whoever was invited may sign up.
            invitation: Type.Optional(typedText),
            // The version of the notice that the form has shown.
            notice: Type.Optional(Type.String({ maxLength: 64 })),
          },
          { title: 'SignUpForm' },
        ),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { account: accountId, name, password, receipt, agreement } = request.body
      const { invitation, notice } = request.body
      const remember = visitor.remembered.isWanted(request.body)
      const newAccount = { id: accountId, name, password, invitation, notice }
      visitor.keepSent({ accountId, name, invitation })
      await visitor.scanFirst(id, receipt)
      try {
        const prove = methods.signUp(newAccount)
        await flow.approve(id, visitor.phone, prove, { agreement, remember })
      } catch (error) {
        const isWrong = refusalOf(error).code === 'invitation_wrong'
        if (isWrong && invitation === visitor.invited.code) visitor.invited.forget()
        return visitor.retype(error, { kind: 'sign-up', id, accountId, name, invitation, remember })
      }
      if (remember) visitor.remembered.keep(id, visitor.key)
      visitor.invited.forget()
      visitor.forgetTyped()
      return visitor.settle(id)
    },
  )
}
