import type { Language } from '@qrgate/sdk/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type { Language }

const cookieName = 'qrgate-lang'
const year = 365 * 24 * 3600

/** The language to answer in: the one chosen on our pages, else the one asked for. */
export function requestLanguage(request: FastifyRequest): Language {
  const chosen = request.cookies?.[cookieName]
  if (chosen === 'ko' || chosen === 'en') return chosen
  return askedLanguage(request.headers['accept-language']) ?? 'en'
}

/** Of the languages that we speak the one that is asked for most (RFC 9110 §12.5.4), if any is. */
export function askedLanguage(acceptLanguage: string | undefined): Language | undefined {
  let best: Language | undefined
  let most = 0
  for (const range of acceptLanguage?.split(',') ?? []) {
    const [, lang, weight = '1'] = /^\s*(ko|en)\b[^;]*(?:;\s*q=([\d.]+))?/i.exec(range) ?? []
    if (lang === undefined || Number(weight) <= most) continue
    best = lang.toLowerCase() === 'ko' ? 'ko' : 'en'
    most = Number(weight)
  }
  return best
}

/** Remembers a choice made by `?lang=`. It proves nothing, so its name has no `__Host-` prefix. */
export function rememberLanguage(reply: FastifyReply, lang: Language, publicUrl: string): void {
  const secure = publicUrl.startsWith('https:')
  reply.setCookie(cookieName, lang, { path: '/', maxAge: year, sameSite: 'lax', secure })
}
