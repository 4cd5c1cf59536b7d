import type { PageAssets } from '../phone/assets.ts'
import { words as phoneWords } from '../phone/words.ts'
import type { Language } from '../server/language.ts'
import { html, type Markup, raw } from '../server/markup.ts'

/** A page of the account, but for what all of them have. */
export interface OwnContent {
  title: string
  main: Markup
  footnote?: Markup | string | undefined
}

/** The whole page: one response carries its style and its script, whose text is constant. */
export function renderOwnPage(
  { title, main, footnote }: OwnContent,
  { lang, site, path, assets }: { lang: Language; site: string; path: string; assets: PageAssets },
): string {
  const other = lang === 'ko' ? 'en' : 'ko'
  const page = html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="format-detection" content="telephone=no">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<link rel="icon" href="data:,">
<title>${title} · ${site}</title>
<style>${raw(assets.css)}</style>
</head>
<body class="me">
<main>
${main}
</main>
<footer>
${footnote && html`<p>${footnote}</p>`}
<p><a class="language" href="${path}?lang=${other}" lang="${other}" hreflang="${other}">${phoneWords[other].languageName}</a></p>
</footer>
<script type="module">${raw(assets.script)}</script>
</body>
</html>
`
  return page.toString()
}
