import type { TestContext } from 'node:test'
import type { Asked } from './authenticator.ts'
import { freePort, type Gate, type Settings, startGate } from './gate.ts'

/** Browsers make passkeys at localhost, and at no bare address. */
export async function startLocal(t: TestContext, settings: Settings = {}): Promise<Gate> {
  const port = `${await freePort()}`
  return startGate(t, { PORT: port, PUBLIC_URL: `http://localhost:${port}`, ...settings })
}

const decoded = (attribute: string) =>
  attribute.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** What the page asks the browser for, to sign in. */
export function toUse(page: string, { url }: Pick<Gate, 'url'>): Asked {
  const [, challenge = '', rpId = ''] =
    /data-passkey="([^"]*)" data-domain="([^"]*)"/.exec(page) ?? []
  return { challenge, rpId, origin: url }
}

/** And to make one. */
export function toMake(
  page: string,
  { url }: Pick<Gate, 'url'>,
): (Asked & { userHandle: string }) | null {
  const [, options] = /data-options="([^"]*)"/.exec(page) ?? []
  if (options === undefined) return null
  const { challenge, rp, user } = JSON.parse(decoded(options))
  return { challenge, rpId: rp.id, origin: url, userHandle: user.id }
}
