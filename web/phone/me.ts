import { asking } from './asking.ts'
import { make } from './make-passkey.ts'
import { offerPasskey, signed } from './passkey.ts'
import { offerReveal } from './reveal.ts'

/** The pages of somebody's own account work without this script; only passkeys need it. */
offerReveal()
const page = { busy: false }

/** Sends a form once the browser has done something for it. */
function sendAfter(
  form: HTMLFormElement | null,
  work: (form: HTMLFormElement) => Promise<boolean>,
) {
  form?.addEventListener('submit', event => {
    event.preventDefault()
    if (page.busy) return
    page.busy = true
    void work(form).then(isDone => {
      page.busy = false
      // Not asked once more: this sends it.
      if (isDone) form.submit()
    })
  })
}

sendAfter(document.querySelector('[data-passkey] form'), signed)
offerPasskey(page)

const toMake = document.querySelector<HTMLElement>('[data-make-passkey]')
if (toMake && window.PublicKeyCredential) {
  toMake.hidden = false
  sendAfter(toMake.querySelector('form'), async form => {
    const options = JSON.parse(toMake.dataset.makePasskey ?? '{}')
    const credential = await asking(() => make(options))
    const field = form.elements.namedItem('credential') as HTMLInputElement
    field.value = credential ?? ''
    return Boolean(credential)
  })
}
