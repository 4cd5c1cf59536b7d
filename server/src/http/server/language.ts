import type { Language } from '@qrgate/sdk/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type { Language }

const cookieName = 'qrgate-lang'
const year = 365 * 24 * 3600

/** The language to answer in: the one chosen on our pages, else the browser's first. */
export function requestLanguage(request: FastifyRequest): Language {
  const chosen = request.cookies?.[cookieName]
  if (chosen === 'ko' || chosen === 'en') return chosen
  const first = request.headers['accept-language']?.split(',')[0]?.trim().toLowerCase() ?? ''
  return first.startsWith('ko') ? 'ko' : 'en'
}

/** Remembers a choice made by `?lang=`. It proves nothing, so its name has no `__Host-` prefix. */
export function rememberLanguage(reply: FastifyReply, lang: Language, publicUrl: string): void {
  const secure = publicUrl.startsWith('https:')
  reply.setCookie(cookieName, lang, { path: '/', maxAge: year, sameSite: 'lax', secure })
}
