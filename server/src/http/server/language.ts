import { type Language, preferredLanguage } from '@qrgate/sdk/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readCookies } from './cookies.ts'

export type { Language }

/** Chosen on one of our pages on this browser. */
const chosenCookie = 'qrgate-lang'
/** Chosen at the kiosk whose QR this browser has opened last. */
const hintCookie = 'qrgate-lang-hint'
const year = 365 * 24 * 3600

/**
 * The language to answer in: the one chosen in this browser; else the one that the visitor has just
 * chosen at the kiosk, a moment ago and on purpose, where the browser's own may be its maker's; else the
 * browser's first.
 */
export function requestLanguage(request: FastifyRequest): Language {
  const cookies = readCookies(request)
  return (
    languageIn(cookies[chosenCookie]) ??
    languageIn(cookies[hintCookie]) ??
    negotiatedLanguage(request.headers['accept-language'])
  )
}

/** Whether somebody has chosen a language in this browser, which no kiosk's choice changes. */
export function hasChosenLanguage(request: FastifyRequest): boolean {
  return languageIn(readCookies(request)[chosenCookie]) !== undefined
}

/** What an `Accept-Language` header asks for: English where it names none of ours, unless it rules that out. */
export function negotiatedLanguage(header = ''): Language {
  const ranges = rangesOf(header)
  const refusesEnglish = ranges.some(({ range, weight }) => range === 'en' && weight === 0)
  const asked = askedLanguage(header)
  if (asked === undefined) return refusesEnglish ? 'ko' : 'en'
  // `*` is every language that is not named (RFC 4647 §2.2): the other of ours may be wanted more.
  const other = asked === 'ko' ? 'en' : 'ko'
  const weightOf = (lang: Language | '*') => {
    const named = ranges.filter(
      ({ range }) => range === lang || preferredLanguage([range]) === lang,
    )
    return named.length === 0 ? undefined : Math.max(...named.map(({ weight }) => weight))
  }
  const ofOther = weightOf(other) ?? weightOf('*') ?? 0
  return ofOther > (weightOf(asked) ?? 0) ? other : asked
}

/** Of our languages the one that is asked for (RFC 9110 §12.5.4), by weight and then by order, if any is. */
export function askedLanguage(header = ''): Language | undefined {
  const wanted = rangesOf(header).filter(({ weight }) => weight > 0)
  const sorted = wanted.toSorted((a, b) => b.weight - a.weight)
  return preferredLanguage(sorted.map(({ range }) => range))
}

const rangesOf = (header: string) => header.split(',').flatMap(readRange)

/** None for what is no language range with a weight (RFC 9110 §12.4.2). */
function readRange(text: string): { range: string; weight: number }[] {
  const pattern =
    /^\s*([a-z]{1,8}(?:-[a-z\d]{1,8})*|\*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i
  const [, range, weight = '1'] = pattern.exec(text) ?? []
  return range === undefined ? [] : [{ range: range.toLowerCase(), weight: Number(weight) }]
}

/** The language that `?lang=` chooses, which is remembered, whatever is answered. */
export function chosenLanguage(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
): Language | undefined {
  const { lang } = request.query as { lang?: unknown }
  if (lang !== 'ko' && lang !== 'en') return undefined
  rememberLanguage(reply, lang, publicUrl)
  return lang
}

/** Remembers a choice made by `?lang=`. It proves nothing, so its name has no `__Host-` prefix. */
export function rememberLanguage(reply: FastifyReply, lang: Language, publicUrl: string): void {
  reply.setCookie(chosenCookie, lang, { ...attributes(publicUrl), maxAge: year })
}

/**
 * Keeps what was chosen at the kiosk for the pages that follow, until the browser is closed; null where
 * nobody has chosen there.
 */
export function rememberHint(
  request: FastifyRequest,
  reply: FastifyReply,
  lang: Language | null,
  publicUrl: string,
): void {
  if (lang !== null) reply.setCookie(hintCookie, lang, attributes(publicUrl))
  else if (readCookies(request)[hintCookie] !== undefined) {
    reply.clearCookie(hintCookie, attributes(publicUrl))
  }
}

function attributes(publicUrl: string) {
  return { path: '/', sameSite: 'lax', secure: publicUrl.startsWith('https:') } as const
}

function languageIn(text: string | undefined): Language | undefined {
  return text === 'ko' || text === 'en' ? text : undefined
}
