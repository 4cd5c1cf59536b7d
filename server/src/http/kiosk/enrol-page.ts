import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Kiosks } from '../../kiosks/kiosks.ts'
import { kioskCredentialCookie } from '../server/cookies.ts'
import { type Language, requestLanguage } from '../server/language.ts'
import { html, type Markup, raw } from '../server/markup.ts'
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
    text: '지금 보고 있는 이 화면이 키오스크가 됩니다. 링크는 한 번만 쓸 수 있습니다.',
    button: '이 화면 등록하기',
    ask: '관리자에게 새 링크를 요청해 주세요.',
  },
  en: {
    title: 'Make this screen a kiosk?',
    text: 'The screen you are looking at becomes the kiosk. The link works once.',
    button: 'Enrol this screen',
    ask: 'Ask whoever runs this gate for a new one.',
  },
} satisfies Record<Language, Record<string, string>>

/** One-time enrolment links; opening one changes nothing, so a link preview does not burn it. */
export function addEnrolPage(server: HttpServer, { config, kiosks, assets }: EnrolPageParts): void {
  const credential = kioskCredentialCookie(config.publicUrl)
  const schema = { hide: true, params: Type.Object({ link: Type.String({ maxLength: 64 }) }) }

  const page = (lang: Language, title: string, main: Markup) =>
    html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
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

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    scope.setErrorHandler((error, request, reply) => {
      beginRefusal(error, request, reply)
      const lang = requestLanguage(request)
      const gone = sentence('link_used', lang)
      reply.type('text/html; charset=utf-8')
      return reply.send(page(lang, gone, html`<p class="lead">${words[lang].ask}</p>`))
    })

    scope.get('/enrol/:link', { schema }, async (request, reply) => {
      const { name: kiosk } = await kiosks.invited(request.params.link)
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

    scope.post('/enrol/:link', { schema }, async (request, reply) => {
      requireSameOrigin(request, config.publicUrl)
      const { credential: value } = await kiosks.accept(request.params.link)
      credential.write(reply, value)
      return reply.redirect('/kiosk', 303)
    })
  })
}
