import { asking } from './asking.ts'
import { toBytes, toText } from './bytes.ts'
import type { Page } from './page.ts'

/** The browser may wait for a passkey in the field of the account; only one may be asked for at a time. */
let waiting: AbortController | undefined
/** What was chosen there, until it is sent. */
let chosen: string | null = null

/**
 * Shows the way to sign in with a passkey where the browser has one to offer (WebAuthn Level 3), and
 * offers it in the field of the account too (§5.1.4.2).
 */
export function offerPasskey(page: Pick<Page, 'busy'>): void {
  const offer = document.querySelector<HTMLElement>('[data-passkey]')
  const form = offer?.querySelector('form')
  if (!offer || !form || !window.PublicKeyCredential) return
  offer.hidden = false
  if (offer.querySelector('.primary')) document.body.classList.add('by-passkey')
  void whenTyped(form, page)
}

/** Whether the browser has signed, so that the form says so; false where its owner does not want to. */
export async function signed(form: HTMLFormElement): Promise<boolean> {
  waiting?.abort()
  const answer = chosen ?? (await asking(() => ask(form)))
  chosen = null
  const field = form.elements.namedItem('credential') as HTMLInputElement
  field.value = answer ?? ''
  return answer !== null
}

async function whenTyped(form: HTMLFormElement, page: Pick<Page, 'busy'>): Promise<void> {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  waiting = new AbortController()
  const answer = await ask(form, { mediation: 'conditional', signal: waiting.signal })
  if (answer === null || page.busy) return
  chosen = answer
  form.requestSubmit()
}

/** What an authenticator says, as JSON; null for whatever else becomes of the question. */
async function ask(
  form: HTMLFormElement,
  how: CredentialRequestOptions = {},
): Promise<string | null> {
  const { passkey = '', domain = '' } = form.closest<HTMLElement>('[data-passkey]')?.dataset ?? {}
  const publicKey = {
    challenge: toBytes(passkey),
    rpId: domain,
    userVerification: 'required',
  } as const
  try {
    const credential = (await navigator.credentials.get({
      ...how,
      publicKey,
    })) as PublicKeyCredential | null
    if (credential === null) return null
    const { clientDataJSON, authenticatorData, signature, userHandle } =
      credential.response as AuthenticatorAssertionResponse
    return JSON.stringify({
      id: credential.id,
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: toText(userHandle ?? new ArrayBuffer(0)),
    })
  } catch {
    // Called off, by its owner or by us: the form is there still.
    return null
  }
}
