const graphemes = new Intl.Segmenter('ko', { granularity: 'grapheme' })
const cjk = /^[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+$/u

/**
 * A name as a kiosk in a public room may show it: its owner recognises it, others learn little.
 * 홍길동 → 홍*동, 홍동 → 홍*, 남궁민수 → 남**수, Jane Doe → J*** D**; without a name the id: us***le.
 */
export function maskedName(name: string, id: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return maskedId(id)
  return words
    .map(word => (words.length === 1 && cjk.test(word) ? ends(word) : first(word)))
    .join(' ')
}

function split(text: string): string[] {
  return Array.from(graphemes.segment(text), part => part.segment)
}

function ends(word: string): string {
  const parts = split(word)
  if (parts.length < 3) return first(word)
  return `${parts[0]}${'*'.repeat(parts.length - 2)}${parts.at(-1)}`
}

function first(word: string): string {
  const parts = split(word)
  return `${parts[0]}${'*'.repeat(Math.max(1, parts.length - 1))}`
}

/** Always three stars, so that the length of an id stays unknown. */
function maskedId(id: string): string {
  const parts = split(id)
  if (parts.length < 5) return `${parts[0]}***`
  return `${parts.slice(0, 2).join('')}***${parts.slice(-2).join('')}`
}
