import { readFile } from 'node:fs/promises'
import { publicDir } from '../public-dir.ts'

/** Style and script of a phone page, written into it so that one response is the whole page. */
export interface PageAssets {
  css: string
  script: string
}

export interface PhoneAssets extends PageAssets {
  /** Of the page with the visitor's number; the first page, which must be small, goes without. */
  handOff: PageAssets
  /** Of the offer to make a passkey, wherever that is made. */
  newPasskey: PageAssets
  /** Of the pages of somebody's own account. */
  me: PageAssets
}

/** For a page whose parts a script has asked for: it has style and script. */
export const noAssets: PageAssets = { css: '', script: '' }

/**
 * Without script nothing hands the receipt in while the visitor types, and it would run out: the forms
 * to type in wait behind a button that hands it in. Constant, as the content security policy names its hash.
 */
export const noscriptCss =
  'form[data-action="sign-in"],footer .link,footer noscript~p{display:none}.choice{display:block}'

export async function readPhoneAssets(): Promise<PhoneAssets> {
  const read = (name: string) => readFile(new URL(name, publicDir), 'utf8')
  const page = async (name: string): Promise<PageAssets> => {
    const [css, script] = await Promise.all([read(`${name}.css`), read(`${name}.js`)])
    return { css, script }
  }
  const [phone, handOff, newPasskey, me] = await Promise.all([
    page('phone'),
    page('hand-off'),
    page('new-passkey'),
    page('me'),
  ])
  return { ...phone, handOff, newPasskey, me }
}
