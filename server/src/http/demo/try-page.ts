import type { Config } from '../../config.ts'
import type { PageAssets } from '../phone/assets.ts'
import { type Language, rememberLanguage, requestLanguage } from '../server/language.ts'
import { html, raw } from '../server/markup.ts'
import type { HttpServer } from '../server/server.ts'

interface Words {
  title: string
  lead: string
  /** Before and after the kiosk's address. */
  open: [before: string, after: string]
  scan: string
  signIn: string
  noCamera: string
  code: string
  language: string
}

const words: Record<Language, Words> = {
  ko: {
    title: '방문자가 되어 보세요',
    lead: '이 휴대폰은 방문자의 휴대폰입니다. 키오스크는 컴퓨터에 띄웁니다.',
    open: ['컴퓨터에서 ', '를 열어 주세요. 터미널에 나온 주소를 열어도 됩니다.'],
    scan: '키오스크의 QR을 이 휴대폰의 카메라로 비춰 주세요.',
    signIn: '여기서 로그인하거나 회원가입하면 키오스크 화면이 바로 바뀝니다.',
    noCamera:
      '카메라가 안 되면 키오스크에서 ‘카메라가 안 되나요?’를 누르고, 나오는 코드를 입력해 주세요.',
    code: '코드 입력하기',
    language: 'English',
  },
  en: {
    title: 'Be the visitor',
    lead: 'This phone is the visitor’s. The kiosk is on your computer’s screen.',
    open: ['On the computer open ', ', or the address in the terminal.'],
    scan: 'Point this phone’s camera at the kiosk’s QR code.',
    signIn: 'Sign in or sign up here, and the kiosk’s screen changes at once.',
    noCamera:
      'No camera? Press “Camera doesn’t work?” on the kiosk and enter the code that it shows.',
    code: 'Enter a code',
    language: '한국어',
  },
}

/**
 * What the QR in the terminal leads to: it tells whoever scans it how to be the visitor at the kiosk on
 * the computer's screen. Nothing here makes a phone a kiosk.
 */
export function addTryPage(
  pages: HttpServer,
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { css }: PageAssets,
): void {
  pages.get('/try', { schema: { hide: true } }, (request, reply) => {
    const { lang } = request.query as { lang?: unknown }
    const chosen = lang === 'ko' || lang === 'en' ? lang : undefined
    if (chosen) rememberLanguage(reply, chosen, publicUrl)
    const language = chosen ?? requestLanguage(request)
    reply.type('text/html; charset=utf-8').header('vary', 'Accept-Language, Cookie')
    return reply.send(render(language, publicUrl, css))
  })
}

function render(language: Language, publicUrl: string, css: string): string {
  const { title, lead, open, scan, signIn, noCamera, code, language: otherName } = words[language]
  const other = language === 'ko' ? 'en' : 'ko'
  const kiosk = `${publicUrl}/demo`
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title} · QRGate</title>
<style>${raw(css)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="lead">${lead}</p>
<ol>
<li>${open[0]}<strong>${kiosk}</strong>${open[1]}</li>
<li>${scan}</li>
<li>${signIn}</li>
</ol>
<p>${noCamera}</p>
<form action="/code"><button class="secondary">${code}</button></form>
</main>
<footer>
<p><a class="language" href="?lang=${other}" lang="${other}" hreflang="${other}">${otherName}</a></p>
</footer>
</body>
</html>
`.toString()
}
