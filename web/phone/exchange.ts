/**
 * Makes this page look like a newer one of the same kind: what is the same stays as it is, with focus and
 * all, and what has changed is read out once.
 */
export function exchange(newer: Document): void {
  const before = said(document)
  document.title = newer.title
  const main = document.querySelector('main')
  const newMain = newer.querySelector('main')
  if (!main || !newMain) return
  const hadFocus = main.contains(document.activeElement)
  exchangeParts(main, newMain)
  const isLost = hadFocus && !main.contains(document.activeElement)
  // A screen reader that has lost its place goes on where the page begins.
  if (isLost) focusHeading(main)
  const news = [...said(document)].filter(text => !before.has(text))
  const line = document.querySelector('[data-said]')
  if (line && news.length > 0) line.textContent = news.join('. ')
}

function said(page: Document): Set<string> {
  const sources = page.querySelectorAll<HTMLElement>('[data-say]')
  return new Set([...sources].map(({ dataset }) => dataset.say ?? ''))
}

function focusHeading(main: Element): void {
  const heading = main.querySelector('h1')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus()
}

/** Children are parts, found by their names; those without a name are told apart by their place. */
function exchangeParts(old: Element, newer: Element): void {
  const parts = new Map([...old.children].map((child, at) => [partName(child, at), child]))
  let last: Element | null = null
  for (const [at, child] of [...newer.children].entries()) {
    const name = partName(child, at)
    let present = parts.get(name)
    parts.delete(name)
    if (present) become(present, child)
    else present = document.importNode(child, true)
    const next: Element | null = last ? last.nextElementSibling : old.firstElementChild
    if (present !== next) old.insertBefore(present, next)
    last = present
  }
  for (const gone of parts.values()) gone.remove()
}

function partName(child: Element, at: number): string {
  const { part, said, problem, handOffPage } = (child as HTMLElement).dataset
  if (part !== undefined) return part
  if (handOffPage !== undefined) return 'input'
  return said !== undefined ? 'said' : problem !== undefined ? 'problem' : `${at}`
}

/** What the script itself has written stays: its alarm, and what it says. */
const own = '[data-kept],[data-said]'

function become(old: Element, newer: Element): void {
  if (old.isEqualNode(newer) || old.matches(own)) return
  const isAlike = old.tagName === newer.tagName && old.children.length === newer.children.length
  const hasText = [...newer.childNodes, ...old.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
  )
  copyAttributes(old, newer)
  if (isAlike && !hasText) {
    for (const [at, child] of [...newer.children].entries()) {
      const present = old.children[at]
      if (present?.tagName === child.tagName) become(present, child)
      else present?.replaceWith(document.importNode(child, true))
    }
    return
  }
  old.replaceChildren(...[...newer.childNodes].map(node => document.importNode(node, true)))
}

function copyAttributes(old: Element, newer: Element): void {
  for (const { name } of [...old.attributes])
    if (!newer.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of newer.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
}
