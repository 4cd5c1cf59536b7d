/** A picture that is drawn with one line, in a square of 24; the words beside it say the same. */
export function drawing(path: string): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg'
  const picture = document.createElementNS(namespace, 'svg')
  const line = document.createElementNS(namespace, 'path')
  picture.setAttribute('viewBox', '0 0 24 24')
  picture.setAttribute('aria-hidden', 'true')
  line.setAttribute('d', path)
  picture.append(line)
  return picture
}

/** Makes an element with attributes and children; the pages' CSP forbids markup with inline styles. */
export function node<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}
