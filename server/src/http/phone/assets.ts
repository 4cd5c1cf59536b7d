import { readFile } from 'node:fs/promises'

/** Style and script of the phone page, written into it so that one response is the whole page. */
export interface PhoneAssets {
  css: string
  script: string
}

/**
 * Without script nothing hands the receipt in while the visitor types, and it would run out: the forms
 * to type in wait behind a button that hands it in. Constant, as the content security policy names its hash.
 */
export const noscriptCss =
  'form[data-action="sign-in"],footer form{display:none}.choice{display:block}'

/** Where `vite build web` puts the pages. */
export const publicDir = new URL('../../../public/', import.meta.url)

export async function readPhoneAssets(): Promise<PhoneAssets> {
  const read = (name: string) => readFile(new URL(name, publicDir), 'utf8')
  const [css, script] = await Promise.all([read('phone.css'), read('phone.js')])
  return { css, script }
}
