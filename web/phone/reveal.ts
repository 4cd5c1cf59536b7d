/** Lets the visitor see the password: on a small keyboard most wrong ones are mistyped. */
export function offerReveal(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-reveal]')
  const input = document.querySelector<HTMLInputElement>('#password')
  if (!button || !input) return
  button.hidden = false
  button.addEventListener('click', () => {
    const hidden = input.type === 'password'
    input.type = hidden ? 'text' : 'password'
    button.setAttribute('aria-pressed', `${hidden}`)
  })
}
