import { asking } from './asking.ts'
import { press } from './gate.ts'
import { type CreationOptions, make } from './make-passkey.ts'
import { wait } from './wait.ts'

/** Where this phone's owner does not want to be asked, it is kept here; nobody else needs to know. */
const never = 'qrgate-no-passkey'

/** Offers to make a passkey, once somebody has signed in with a password; whatever page that is on. */
function offer(card: HTMLElement): void {
  card.hidden = false
  card.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    const { make, later, never: unwanted } = button?.dataset ?? {}
    if (unwanted !== undefined) keepUnwanted()
    if (unwanted !== undefined || later !== undefined) card.remove()
    if (make !== undefined) void makeHere(card)
  })
}

async function makeHere(card: HTMLElement): Promise<void> {
  const { newPasskey = '', options = '', words = '{}' } = card.dataset
  const { checking, made, notMade } = JSON.parse(words) as Record<string, string>
  const problem = card.querySelector<HTMLElement>('.problem')
  const buttons = card.querySelectorAll('button')
  const status = card.querySelector('.made')
  for (const button of buttons) button.disabled = true
  if (problem) problem.hidden = true
  await asking(async () => {
    const credential = await make(JSON.parse(options) as CreationOptions)
    if (credential === null) return
    status?.replaceChildren(checking ?? '')
    const isMade = credential === '' || (await isTaken(newPasskey, credential))
    status?.replaceChildren(isMade ? (made ?? '') : '')
    if (isMade) {
      for (const child of card.querySelectorAll('ul,.problem,button,.answers')) child.remove()
    } else if (problem) {
      problem.hidden = false
      problem.textContent = notMade ?? ''
    }
  })
  for (const button of buttons) button.disabled = false
}

/** The same once more changes nothing, so it is sent until the gate says what became of it. */
async function isTaken(address: string, credential: string): Promise<boolean> {
  for (;;) {
    const answer = await press(address, new URLSearchParams({ credential }))
    if (answer.kind === 'state') return true
    if (answer.kind === 'refused') return false
    await wait(answer.kind === 'later' ? answer.seconds * 1000 : 1000)
  }
}

function isUnwanted(): boolean {
  try {
    return localStorage.getItem(never) !== null
  } catch {
    return false
  }
}

function keepUnwanted(): void {
  try {
    localStorage.setItem(never, '1')
  } catch {
    // It is asked again the next time.
  }
}

const card = document.querySelector<HTMLElement>('[data-new-passkey]')
if (card && window.PublicKeyCredential && !isUnwanted()) offer(card)
