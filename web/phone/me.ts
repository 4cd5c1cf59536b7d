import { offerPasskey, signed } from './passkey.ts'
import { offerReveal } from './reveal.ts'

/** The pages of somebody's own account work without this script; only a passkey needs it. */
offerReveal()
const form = document.querySelector<HTMLFormElement>('[data-passkey] form')
const page = { busy: false }
form?.addEventListener('submit', event => {
  event.preventDefault()
  if (page.busy) return
  page.busy = true
  void signed(form).then(isSigned => {
    page.busy = false
    // Not asked once more: this sends it.
    if (isSigned) form.submit()
  })
})
offerPasskey(page)
