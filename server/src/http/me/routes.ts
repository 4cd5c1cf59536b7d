import Type from 'typebox'
import { longestMessage } from '../../accounts/passkey-messages.ts'
import { addressToGoTo } from '../server/page-address.ts'
import { requireSameOrigin } from '../server/same-origin.ts'
import type { HttpServer } from '../server/server.ts'
import { addChangeRoutes } from './change-routes.ts'
import { historyPage } from './history-page.ts'
import { overviewPage } from './overview-page.ts'
import { hidden, type MeParts, type OwnerOf, readsOwners } from './owner.ts'

/** What somebody sees of their own account, and does with it: pages and plain forms. */
export function addMeRoutes(server: HttpServer, parts: MeParts): void {
  const { publicUrl } = parts.config
  const ownerOf = readsOwners(parts)

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    scope.setErrorHandler((error, request, reply) => {
      const meant = addressToGoTo(request)
      if (meant !== undefined) return reply.redirect(meant, 307)
      return ownerOf(request, reply).refuse(error)
    })
    scope.addHook('preValidation', async (request, reply) => {
      if (request.method === 'POST') requireSameOrigin(request, publicUrl)
      ownerOf(request, reply).requireOwnBrowser()
    })
    addEntryRoutes(scope, parts, ownerOf)
    addChangeRoutes(scope, parts, ownerOf)
  })
}

/** As typed; what is wrong with it is said in words. */
const typed = Type.String({ maxLength: 256 })

/** In and out, and what is only looked at. */
function addEntryRoutes(
  scope: HttpServer,
  { ownPage, ownAccount, ownExport }: MeParts,
  ownerOf: OwnerOf,
): void {
  scope.get('/me', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const signed = await owner.find()
    if (!signed) return owner.showSignIn()
    const { account } = signed
    const overview = await ownAccount.overview(account)
    const here = await owner.hereOf(signed)
    const { lang, time, words } = owner
    const newPasskey = await ownPage.newPasskey(signed, owner.site, owner.browser)
    const isChanged = (request.query as { done?: unknown }).done === 'password'
    const said = isChanged ? words.password.done : undefined
    return owner.show(
      overviewPage({ ...overview, account, lang, time, here, newPasskey, said }, words),
    )
  })

  const password = Type.String({ maxLength: 4096 })
  const byPassword = Type.Object({ account: typed, password })
  scope.post('/me/sign-in', { schema: { ...hidden, body: byPassword } }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account: id, password } = request.body
    try {
      await owner.begin(await ownPage.byPassword({ id, password }, owner.browser))
    } catch (error) {
      return owner.retypeSignIn(error, id)
    }
    return owner.goTo()
  })

  const visit = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' })
  const byPasskey = Type.Object({ visit, credential: Type.String({ maxLength: longestMessage }) })
  scope.post('/me/passkey', { schema: { ...hidden, body: byPasskey } }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { credential, visit } = request.body
    try {
      await owner.begin(await ownPage.byPasskey(credential, visit, owner.browser))
    } catch (error) {
      return owner.retypeSignIn(error)
    }
    owner.passkeyKnown()
    return owner.goTo()
  })

  scope.post('/me/passkeys', { schema: { ...hidden, body: byPasskey } }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const signed = await owner.signed()
    const { credential, visit } = request.body
    await ownPage.addPasskey(signed, credential, visit, owner.browser)
    owner.passkeyKnown()
    return owner.goTo()
  })

  scope.post('/me/sign-out', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    await owner.end()
    return owner.goTo()
  })

  // A form that was refused stands at an address that a tab is restored to.
  for (const path of ['/me/sign-in', '/me/passkey', '/me/sign-out']) {
    scope.get(path, { schema: hidden }, (request, reply) => ownerOf(request, reply).goTo())
  }

  scope.get('/me/history', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account } = await owner.signed()
    const events = await ownAccount.history(account)
    return owner.show(historyPage(events, owner, owner.words), '/me/history')
  })

  scope.get('/me/export', { schema: hidden }, async (request, reply) => {
    const owner = ownerOf(request, reply)
    const { account } = await owner.signed()
    const exported = await ownExport(account)
    reply.type('application/json; charset=utf-8')
    reply.header('content-disposition', 'attachment; filename="qrgate-account.json"')
    return reply.send(`${JSON.stringify(exported, null, 2)}\n`)
  })
}
