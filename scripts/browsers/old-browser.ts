import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { floorNames } from './floor.ts'

/** Puts into every page a script that says so where the browser is too old for it. */
export function oldBrowser(): Plugin {
  const source = readFileSync(new URL('old-browser.js', import.meta.url), 'utf8')
    .replaceAll('FLOOR_KO', floorNames.ko)
    .replaceAll('FLOOR_EN', floorNames.en)
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8)
  const fileName = `assets/old-browser-${hash}.js`
  let base = '/'
  return {
    name: 'qrgate-old-browser',
    configResolved(config) {
      base = config.base
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source })
    },
    transformIndexHtml: {
      order: 'post',
      // At the end of the body: after the page's element, before the module, which waits for the end.
      handler: () => [{ tag: 'script', attrs: { src: base + fileName }, injectTo: 'body' }],
    },
  }
}
