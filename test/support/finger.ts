import type { BrowserContext, Page } from 'playwright-core'

/**
 * A browser that has its owner's finger: Chromium's virtual authenticator.
 * @param touches whether its owner touches it when it asks; unasked, it would choose what the field of the
 * account offers.
 */
export async function withFinger(context: BrowserContext, page: Page, touches = true) {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: touches,
  } as const
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options })
  const touch = (enabled: boolean) =>
    session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  return { session, authenticatorId, touch }
}
