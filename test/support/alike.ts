import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import {
  cookieName,
  rememberedCookieName,
  sessionCookieName,
} from '../../server/src/http/server/cookies.ts'
import { hashedCredential } from '../../server/src/protocol/credential.ts'
import { createInvitationCode } from '../../server/src/protocol/invitation-code.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Store } from '../../server/src/store/store.ts'
import { account as accountRow } from '../conformance/rows.ts'
import { type Asked, Authenticator } from './authenticator.ts'
import { Kiosk } from './kiosk.ts'
import { toUse } from './passkey-page.ts'
import { Phone } from './phone.ts'
import { SeedClient } from './seed-client.ts'

/*
 * Whom a stranger must not be able to tell apart: for each way to prove who somebody is, and each that it could be
 * about, how it is tried. What it is answered is compared in test/security, how long it takes in bench/.
 */

const right = 'correct horse battery'
const [day, quarter] = [86_400_000, 90 * 86_400_000]
const quiet = { events: [], quiet: true } as const

/** One try. */
export type Try = () => Promise<Response>

/** Ways, by name; in each, whom it is about. The first is who is not known at all. */
export type Ways = Record<string, Record<string, Try>>

/** Where somebody tries. */
export interface Tried {
  /** Where it answers. */
  url: string
  /** The origin of its pages, where that is another one. */
  origin?: string
  /** What its kiosk starts with, where not everybody may. */
  credential?: string
}

/** What is behind the accounts that a stranger asks about. */
export interface Known {
  ids: Record<string, string>
  authenticators: Record<string, Authenticator>
  phones: Record<string, string>
  sessions: Record<string, string>
  links: Record<string, string>
  invitations: Record<string, string>
}

/**
 * Accounts in every standing, with all that their owners may come back by. @param domain of passkeys.
 * @returns those who get nowhere, and one who gets in by each way.
 */
export async function addAlike(
  store: Store,
  now: number,
  domain: string,
): Promise<{ known: Known; good: Known }> {
  const own = await argon2(right, hashCost)
  const add = async (id: string, more: Partial<Account> = {}) => {
    const key = randomUUID()
    const row = accountRow(key, { id, idKey: id, idSkeleton: id, passwordHash: own, ...more })
    await store.accounts.update(key, () => ({ next: row, ...quiet }))
    return key
  }
  const gone = { disabledAt: now - day, deleteAt: now + day }
  const keys = {
    usable: await add('known'),
    disabled: await add('disabled', { disabledAt: now - day }),
    'being deleted': await add('leaving', gone),
  }
  await add('unreadable', { passwordHash: '$2b$12$truncated' })
  await add('imported', { passwordHash: await bcrypt(right, 10) })
  await add('outdated', { passwordHash: await argon2(right, { ...hashCost, memoryCost: 8_192 }) })

  const authenticators: Known['authenticators'] = {}
  const addPasskey = async (who: string, account: string, more: object = {}, synced = true) => {
    const authenticator = new Authenticator({ synced })
    authenticator.userHandle = Buffer.from(account).toString('base64url')
    authenticators[who] = authenticator
    const { id, publicKey } = authenticator
    const next = {
      ...{ id, account, domain, publicKey, signCount: 0, synced, name: '', transports: [] },
      ...{ createdAt: now - day, usedAt: null, removedAt: null, ...more },
    }
    await store.passkeys.update(id, () => ({ next, ...quiet }))
  }
  authenticators.unknown = new Authenticator()
  authenticators.unknown.userHandle = Buffer.from(randomUUID()).toString('base64url')
  await addPasskey('usable', keys.usable)
  await addPasskey('wrong signature', keys.usable)
  await addPasskey('another handle', keys.usable)
  await addPasskey('counted', keys.usable, { signCount: 7 }, false)
  await addPasskey('disabled', keys.disabled)
  await addPasskey('being deleted', keys['being deleted'])
  await addPasskey('removed', keys.usable, { removedAt: now - 60_000 })
  await addPasskey('another domain', keys.usable, { domain: 'old.example' })

  const phones: Known['phones'] = { unknown: randomBytes(32).toString('base64url') }
  const addPhone = async (who: string, account: string, more: object = {}) => {
    const secret = randomBytes(32).toString('base64url')
    phones[who] = secret
    const hash = createHash('sha256').update(secret).digest('base64url')
    const times = { provenAt: now - day, createdAt: now - day, usedAt: now - day }
    const next = { hash, account, epoch: 0, kind: 'iphone' as const, amr: ['pwd'], ...times }
    const decide = () => ({ next: { ...next, forgottenAt: null, ...more }, ...quiet })
    await store.rememberedPhones.update(hash, decide)
  }
  await addPhone('usable', keys.usable)
  await addPhone('disabled', keys.disabled)
  await addPhone('being deleted', keys['being deleted'])
  await addPhone('forgotten', keys.usable, { forgottenAt: now - 60_000 })
  await addPhone('of an older password', keys.usable, { epoch: -1 })
  await addPhone('too old', keys.usable, { usedAt: now - quarter + 1 })

  const sessions: Known['sessions'] = { unknown: randomBytes(32).toString('base64url') }
  const addSession = async (who: string, account: string, more: object = {}) => {
    const secret = randomBytes(32).toString('base64url')
    sessions[who] = secret
    const hash = createHash('sha256').update(secret).digest('base64url')
    const next = { hash, account, epoch: 0, createdAt: now, usedAt: now, endedAt: null, ...more }
    await store.sessions.update(hash, () => ({ next, ...quiet }))
  }
  await addSession('usable', keys.usable)
  await addSession('disabled', keys.disabled)
  await addSession('ended', keys.usable, { endedAt: now })
  await addSession('too old', keys.usable, { createdAt: now - day, usedAt: now - day })

  const links: Known['links'] = { unknown: randomBytes(32).toString('base64url') }
  const addLink = async (who: string, more: Partial<Account>) => {
    const link = randomBytes(32).toString('base64url')
    links[who] = link
    const recovery = { recoveryHash: hashedCredential(link), recoveryExpiresAt: now + 60_000 }
    const id = `by link ${who}`
    await add(id, { ...recovery, ...more })
    return link
  }
  await addLink('usable', {})
  await addLink('too old', { recoveryExpiresAt: now - 60_000 })
  await addLink('of a disabled account', { disabledAt: now - day })
  const used = await addLink('used', {})
  const usedUp = { recoveryHash: hashedCredential(`${used} another browser`) }
  await store.accounts.update((await store.accounts.byIdKey('by link used'))?.key ?? '', old => ({
    next: { ...(old as Account), ...usedUp },
    ...quiet,
  }))

  const invitations: Known['invitations'] = { unknown: createInvitationCode(randomBytes(32)) }
  const addInvitation = async (who: string, more: object) => {
    const code = createInvitationCode(randomBytes(32))
    invitations[who] = code
    const hash = createHash('sha256').update(code).digest('base64url')
    const times = { createdAt: now - day, expiresAt: now + day, voidedAt: null }
    const next = { hash, name: code.slice(0, 3), usesLeft: 1, ...times, ...more }
    await store.invitations.update(hash, () => ({ next, ...quiet }))
  }
  await addInvitation('usable', {})
  await addInvitation('used up', { usesLeft: 0 })
  await addInvitation('voided', { voidedAt: now - 60_000 })
  await addInvitation('too old', { expiresAt: now - 60_000 })

  const ids = {
    ...{ unknown: 'nobody', 'wrong password': 'known', disabled: 'disabled' },
    ...{ 'being deleted': 'leaving', unreadable: 'unreadable' },
    ...{ imported: 'imported', outdated: 'outdated', usable: 'known' },
  }
  const all = { ids, authenticators, phones, sessions, links, invitations }
  const where = (isGood: boolean) =>
    Object.fromEntries(
      Object.entries(all).map(([noun, of]) => [
        noun,
        Object.fromEntries(Object.entries(of).filter(([who]) => (who === 'usable') === isGood)),
      ]),
    ) as unknown as Known
  return { known: where(false), good: where(true) }
}

/** Every way to try, at one gate; each has a scanned sign-in of its own. */
export async function waysAt(tried: Tried, known: Known): Promise<Ways> {
  const { url, origin = url, credential } = tried
  const scanned = async () => {
    const phone = new Phone(url, { origin })
    const signIn = await new Kiosk(url, credential).start()
    await phone.scan(signIn.frame.url)
    const page = await (await phone.get(`/s/${signIn.id}?form=sign-in`)).text()
    return { phone, id: signIn.id, asked: toUse(page, { url: origin }) }
  }
  const opened = async () => {
    const phone = new Phone(url, { origin })
    const page = await (await phone.get('/me')).text()
    const [, visit = ''] = /name="visit" value="([^"]+)"/.exec(page) ?? []
    return { phone, visit, asked: toUse(page, { url: origin }) }
  }
  /** Of whoever has the right one to show, and is refused all the same. */
  const passwordOf = (who: string) =>
    /usable|disabled|deleted/.test(who) ? right : 'a wrong password'
  const each = <T>(of: Record<string, T>, tryOf: (who: string, one: T) => Try) =>
    Object.fromEntries(Object.entries(of).map(([who, one]) => [who, tryOf(who, one)]))

  const atKiosk = await scanned()
  const seed = new SeedClient(url)
  const token = await seed.start()
  const byPasskey = await scanned()
  const own = await opened()
  const byTap = await scanned()
  const invited = await scanned()
  const asserted = (authenticator: Authenticator, who: string, asked: Asked) =>
    authenticator.get(asked, {
      ...(who === 'wrong signature' && { signedClientData: '{}' }),
      ...(who === 'another handle' && { userHandle: Buffer.from('x').toString('base64url') }),
      ...(who === 'counted' && { count: 1, signedClientData: '{}' }),
    })
  const browser = new Phone(url, { origin })
  await browser.get('/recover/none')

  return {
    'password, at a kiosk': each(known.ids, (who, id) => () => {
      return atKiosk.phone.signIn(atKiosk.id, id, passwordOf(who))
    }),
    'password, of my account': each(known.ids, (who, account) => () => {
      const fields = { account, password: passwordOf(who) }
      return own.phone.post('/me/sign-in', fields, 'text/html')
    }),
    'password, by the seed’s API': each(known.ids, (who, id) => () => {
      return seed.signIn(id, passwordOf(who), token)
    }),
    'passkey, at a kiosk': each(known.authenticators, (who, one) => {
      const sent = asserted(one, who, byPasskey.asked)
      return () => byPasskey.phone.post(`/s/${byPasskey.id}/passkey`, { credential: sent })
    }),
    'passkey, of my account': each(known.authenticators, (who, one) => {
      const sent = { visit: own.visit, credential: asserted(one, who, own.asked) }
      return () => own.phone.post('/me/passkey', sent, 'text/html')
    }),
    'one tap': each(known.phones, (_, secret) => {
      const name = cookieName(rememberedCookieName, origin)
      return () => byTap.phone.with(`${name}=${secret}`).approve(byTap.id)
    }),
    'one tap’s page': each(known.phones, (_, secret) => {
      const name = cookieName(rememberedCookieName, origin)
      return () => byTap.phone.with(`${name}=${secret}`).get(`/s/${byTap.id}`)
    }),
    'session of my account': each(known.sessions, (_, secret) => {
      const name = cookieName(sessionCookieName, origin)
      return () => own.phone.with(`${name}=${secret}`).get('/me/history')
    }),
    'recovery link': each(known.links, (_, link) => () => browser.get(`/recover/${link}`)),
    'recovery by a link': each(known.links, (_, link) => () => {
      return browser.post(`/recover/${link}`, { password: 'another horse entirely' }, 'text/html')
    }),
    invitation: each(known.invitations, (_, invitation) => () => {
      const fields = { account: 'somebody_new', name: '', password: right, invitation }
      return invited.phone.post(`/s/${invited.id}/sign-up`, fields)
    }),
  }
}
