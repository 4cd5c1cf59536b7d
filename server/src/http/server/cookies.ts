import { type CookieSerializeOptions, fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { longestInvitation } from '../../accounts/invitations.ts'
import { rememberedLife } from '../../accounts/remembered-phones.ts'
import { sessionLife } from '../../accounts/sessions.ts'

/** A cookie that only the gate reads. */
export interface OwnCookie {
  read(request: FastifyRequest): string | undefined
  write(reply: FastifyReply, value: string): void
  clear(reply: FastifyReply): void
}

/**
 * Over https with the `__Host-` prefix (ASVS 3.3.1); browsers drop such cookies on plain http, so there
 * the name goes without.
 */
export function cookieName(name: string, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name
}

/** All that were sent. A program sends none, so they are looked at by whoever wants one, once a request. */
export function readCookies(request: FastifyRequest): FastifyRequest['cookies'] {
  request.cookies ??= fastifyCookie.parse(request.headers.cookie ?? '')
  return request.cookies
}

/** Host-only and HttpOnly. */
export function ownCookie(
  name: string,
  publicUrl: string,
  options: { maxAge: number; sameSite: 'lax' | 'strict' },
): OwnCookie {
  const secure = publicUrl.startsWith('https:')
  const fullName = cookieName(name, publicUrl)
  const attributes: CookieSerializeOptions = { ...options, path: '/', httpOnly: true, secure }
  return {
    read: request => readCookies(request)[fullName],
    write: (reply, value) => {
      reply.setCookie(fullName, value, attributes)
    },
    clear: reply => {
      reply.clearCookie(fullName, { path: '/', secure })
    },
  }
}

/** As long as browsers keep a cookie (RFC 6265bis §5.6.2): a kiosk is enrolled once. */
const credentialLife = 400 * 24 * 3600

export const kioskCookie = 'qrgate-kiosk'

/** What an enrolled screen proves itself with. */
export function kioskCredentialCookie(publicUrl: string): OwnCookie {
  return ownCookie(kioskCookie, publicUrl, { maxAge: credentialLife, sameSite: 'strict' })
}

export const rememberedCookieName = 'qrgate-remembered'

/** What a phone that is remembered signs its owner in with. */
export function rememberedCookie(publicUrl: string): OwnCookie {
  const maxAge = rememberedLife / 1000
  return ownCookie(rememberedCookieName, publicUrl, { maxAge, sameSite: 'lax' })
}

export const sessionCookieName = 'qrgate-me'

/** What somebody looks after their own account with. */
export function sessionCookie(publicUrl: string): OwnCookie {
  const maxAge = sessionLife / 1000
  return ownCookie(sessionCookieName, publicUrl, { maxAge, sameSite: 'strict' })
}

export const passkeyCookieName = 'qrgate-passkey'

/** Says only that a passkey was made or used in this browser, which then offers it first. */
export function passkeyCookie(publicUrl: string): OwnCookie {
  return ownCookie(passkeyCookieName, publicUrl, { maxAge: credentialLife, sameSite: 'lax' })
}

export const invitationCookieName = 'qrgate-invitation'

/** Fills the code of an invitation in, whose link was opened here before the visit. */
export function invitationCookie(publicUrl: string): OwnCookie {
  const maxAge = longestInvitation / 1000
  return ownCookie(invitationCookieName, publicUrl, { maxAge, sameSite: 'lax' })
}

/** In seconds, from the last time that the phone was at a sign-in. */
const phoneKeyLife = 24 * 3600

export const phoneCookie = 'qrgate-phone'

/** What the phone that scanned proves itself with. */
export function phoneKeyCookie(publicUrl: string): OwnCookie {
  return ownCookie(phoneCookie, publicUrl, { maxAge: phoneKeyLife, sameSite: 'lax' })
}
