import Type from 'typebox'
import { Refusal } from '../../errors.ts'
import { signInPath } from '../server/schemas.ts'
import type { HttpServer } from '../server/server.ts'
import { refusalOf } from '../server/server.ts'
import { hidden, type MeParts, type OwnerOf } from './owner.ts'
import { passwordPage } from './password-page.ts'
import { removalAskedPage, removalPage } from './removal-page.ts'

/** What somebody does with their own account; each needs its session, and is written down. */
export function addChangeRoutes(
  scope: HttpServer,
  { visits, handOffs, phones, passkeys, ownChanges }: MeParts,
  ownerOf: OwnerOf,
): void {
  const ofId = { schema: { ...hidden, params: signInPath } }

  scope.post('/me/visits/:id/end', ofId, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account, actor } = await owner.signed()
    await visits.endByOwner(request.params.id, account, actor)
    return owner.goTo()
  })

  scope.post('/me/hand-offs/:id/cancel', ofId, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account, actor } = await owner.signed()
    await handOffs.cancelByOwner(request.params.id, account.key, actor)
    return owner.goTo()
  })

  const phone = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
  const ofPhone = { schema: { ...hidden, body: Type.Object({ phone }) } }
  scope.post('/me/phones/forget', ofPhone, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const signed = await owner.signed()
    const { phone } = request.body
    const here = await owner.hereOf(signed)
    await phones.forgetOf(signed.account, phone, signed.actor)
    if (here === phone) owner.forgetHere()
    return owner.goTo()
  })

  const passkey = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 1364 })
  const typed = Type.String({ maxLength: 256 })
  const ofPasskey = { schema: { ...hidden, body: Type.Object({ passkey, name: typed }) } }
  scope.post('/me/passkeys/rename', ofPasskey, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account, actor } = await owner.signed()
    const { passkey, name } = request.body
    await passkeys.rename(passkey, account, name, actor)
    return owner.goTo()
  })

  // Its form is the same, so that a name stands there too.
  const toRemove = { schema: { ...hidden, body: Type.Object({ passkey }) } }
  scope.post('/me/passkeys/remove', toRemove, async (request, reply) => {
    const owner = ownerOf(request, reply)
    await ownChanges.removePasskey(await owner.signed(), request.body.passkey)
    return owner.goTo()
  })

  scope.get('/me/password', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account, isFresh } = await owner.signed()
    const form = { asks: !isFresh, accountId: account.id, problem: null }
    return owner.show(passwordPage(form, owner.words), '/me/password')
  })

  const secret = Type.String({ maxLength: 4096 })
  const passwords = Type.Object({ current: Type.Optional(secret), password: secret })
  const ofPassword = { schema: { ...hidden, body: passwords } }
  scope.post('/me/password', ofPassword, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const signed = await owner.signed()
    const { current = '', password } = request.body
    try {
      await ownChanges.changePassword(signed, { current, password }, owner.browser)
    } catch (error) {
      const { sentence, field } = owner.problemOf(error)
      const isCurrent = refusalOf(error).code === 'wrong_credentials'
      const problem = { sentence, field: field && (isCurrent ? 'current' : 'password') } as const
      const form = { asks: !signed.isFresh, accountId: signed.account.id, problem }
      return owner.show(passwordPage(form, owner.words), '/me/password')
    }
    return owner.goTo('/me?done=password')
  })

  scope.get('/me/delete', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { isFresh } = await owner.signed()
    // Before the id is typed, and not after it.
    if (!isFresh) throw new Refusal('proof_too_old')
    return owner.show(removalPage(false, owner.words), '/me/delete')
  })

  const ofRemoval = { schema: { ...hidden, body: Type.Object({ account: typed }) } }
  scope.post('/me/delete', ofRemoval, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const signed = await owner.signed()
    try {
      await ownChanges.askForRemoval(signed, request.body.account)
    } catch (error) {
      owner.problemOf(error)
      return owner.show(removalPage(true, owner.words), '/me/delete')
    }
    await owner.end()
    return owner.show(removalAskedPage(owner.words))
  })
}
