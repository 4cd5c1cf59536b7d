import type { FastifyRequest } from 'fastify'
import type { Language } from '../../errors.ts'

const cookieName = 'qrgate-lang'

/** The language to answer in: the one chosen on our pages, else the browser's first. */
export function requestLanguage(request: FastifyRequest): Language {
  const chosen = request.cookies?.[cookieName]
  if (chosen === 'ko' || chosen === 'en') return chosen
  const first = request.headers['accept-language']?.split(',')[0]?.trim().toLowerCase() ?? ''
  return first.startsWith('ko') ? 'ko' : 'en'
}

/** Remembers a choice made by `?lang=`. */
export function languageCookie(lang: Language, publicUrl: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${cookieName}=${lang}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}
