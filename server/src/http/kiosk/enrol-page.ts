import type { FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { Refusal, type RefusalCode } from '../../errors.ts'
import type { Kiosks } from '../../kiosks/kiosks.ts'
import { networkOf } from '../../limits/network.ts'
import { kioskCredentialCookie } from '../server/cookies.ts'
import { type Language, requestLanguage } from '../server/language.ts'
import { html, type Markup, raw } from '../server/markup.ts'
import { addressToGoTo } from '../server/page-address.ts'
import { requireSameOrigin } from '../server/same-origin.ts'
import { sentence } from '../server/sentences.ts'
import { beginRefusal, type HttpServer } from '../server/server.ts'

export interface EnrolPageParts {
  config: Pick<Config, 'publicUrl' | 'site'>
  kiosks: Kiosks
  assets: { css: string }
}

const words = {
  ko: {
    title: '이 화면을 키오스크로 등록할까요?',
    text: '지금 보고 있는 이 화면이 키오스크가 됩니다. 링크 하나로 화면 하나만 등록할 수 있습니다.',
    button: '이 화면 등록하기',
    revoked: '이 링크로는 더 이상 등록할 수 없습니다. 관리자에게 새 링크를 요청해 주세요.',
    unknown: '링크 전체가 복사되었는지 확인하고 다시 열어 주세요.',
    used: '링크 전체가 복사되었는지 확인해 주세요. 링크가 맞다면 관리자에게 새 링크를 요청해 주세요.',
    elsewhere: (url: string) =>
      `이 화면의 브라우저에서 ${url}로 시작하는 링크를 열고, 그 화면의 버튼을 눌러 주세요. 그래도 안 되면 관리자가 PUBLIC_URL과 프록시 설정을 확인해야 합니다.`,
    later: '링크는 아직 쓸 수 있습니다. 잠시 후 이 화면을 새로 고쳐 주세요.',
    wrong: '이 화면의 브라우저에서 링크를 다시 열고, 그 화면의 버튼을 눌러 주세요.',
  },
  en: {
    title: 'Enrol this screen as a kiosk?',
    text: 'The screen you are looking at becomes the kiosk. One link enrols one screen.',
    button: 'Enrol this screen',
    revoked: 'This link enrols no screen any more. Ask an administrator for a new one.',
    unknown: 'Check that you have copied the whole link, and open it again.',
    used: 'Check that you have copied the whole link. If so, ask an administrator for a new one.',
    elsewhere: (url: string) =>
      `Open the link, which begins with ${url}, in this screen’s browser and press the button there. If that does not help, an administrator must check PUBLIC_URL and the proxy.`,
    later: 'The link is still good. Reload this page in a moment.',
    wrong: 'Open the link again in this screen’s browser and press the button there.',
  },
} satisfies Record<Language, Record<string, unknown>>

/** What to do about a refusal, beside the sentence that says which one it is. */
function advice({ code, retryAfter, status }: Refusal, lang: Language, publicUrl: string): string {
  const { revoked, unknown, used, elsewhere, later, wrong } = words[lang]
  if (code === 'kiosk_revoked') return revoked
  if (code === 'link_unknown') return unknown
  if (code === 'link_used') return used
  if (code === 'cross_site') return elsewhere(publicUrl)
  return retryAfter !== undefined || status >= 500 ? later : wrong
}

/** One-time enrolment links; opening one changes nothing, so a link preview does not burn it. */
export function addEnrolPage(server: HttpServer, { config, kiosks, assets }: EnrolPageParts): void {
  const credential = kioskCredentialCookie(config.publicUrl)
  const schema = { hide: true }

  const page = (lang: Language, title: string, main: Markup) =>
    html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<link rel="icon" href="data:,">
<title>${title} · ${config.site[lang]}</title>
<style>${raw(assets.css)}</style>
</head>
<body class="enrol">
<main>
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`.toString()

  const isKiosk = async (request: FastifyRequest): Promise<boolean> => {
    const value = credential.read(request)
    if (value === undefined) return false
    return kiosks.byCredential(value, true).then(
      () => true,
      () => false,
    )
  }

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    scope.setErrorHandler(async (error, request, reply) => {
      const meant = addressToGoTo(request)
      if (meant !== undefined) return reply.redirect(meant, 307)
      // As after a second tap: the link is used up, and the screen has what it gave.
      if (isLinkUsed(error) && (await isKiosk(request))) return reply.redirect('/kiosk', 303)
      const refusal = beginRefusal(error, request, reply)
      const { code } = refusal
      if (request.method === 'POST') logOrigin(request, code, config.publicUrl)
      const lang = requestLanguage(request)
      const said = advice(refusal, lang, config.publicUrl)
      reply.type('text/html; charset=utf-8')
      return reply.send(page(lang, sentence(code, lang), html`<p class="lead">${said}</p>`))
    })

    scope.get('/enrol', { schema }, () => {
      throw new Refusal('link_unknown')
    })

    scope.get('/enrol/*', { schema }, async (request, reply) => {
      const link = linkIn(request)
      const { name: kiosk } = await kiosks.invited(link, networkOf(request.ip))
      const lang = requestLanguage(request)
      const { title, text, button } = words[lang]
      const name = `${config.site[lang]} · ${kiosk[lang]}`
      reply.type('text/html; charset=utf-8')
      return reply.send(
        page(
          lang,
          title,
          html`<p class="lead"><strong>${name}</strong></p>
<p class="lead">${text}</p>
<form method="post"><button class="primary">${button}</button></form>`,
        ),
      )
    })

    scope.post('/enrol/*', { schema }, async (request, reply) => {
      requireSameOrigin(request, config.publicUrl)
      const link = linkIn(request)
      const { credential: value } = await kiosks.accept(link, networkOf(request.ip))
      credential.write(reply, value)
      return reply.redirect('/kiosk', 303)
    })
  })
}

/** Whatever stands there, so that what is no link is called so. */
function linkIn({ params }: FastifyRequest): string {
  return (params as { '*': string })['*']
}

function isLinkUsed(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'link_used'
}

/** More of a header than this is not worth a line in the log. */
const loggedLength = 200

/** A wrong `PUBLIC_URL`, or a proxy that changes headers, shows in where a form comes from. */
function logOrigin(request: FastifyRequest, code: RefusalCode, publicUrl: string): void {
  const said = ['origin', 'sec-fetch-site'].map(name => [
    name,
    request.headers[name] === undefined ? null : `${request.headers[name]}`.slice(0, loggedLength),
  ])
  request.log.warn({ code, ...Object.fromEntries(said), publicUrl }, 'enrolment refused')
}
