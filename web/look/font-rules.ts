import rules from './font-rules.css?url'

/**
 * Which piece of the font holds which glyphs takes a quarter of what a page loads at first, so it comes behind
 * the first screen. That stands in the machine's own font meanwhile, as it does until its glyphs have come.
 */
export function loadFontRules(): void {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = rules
  document.head.append(link)
}
