const graphemes = new Intl.Segmenter('ko', { granularity: 'grapheme' })
const hangulOrHan = /^[\p{Script=Hangul}\p{Script=Han}\p{M}]+$/u

/** What is not seen, or what a mask itself is made of: a name of stars would be its own mask. */
const dropped = /[\s\p{C}\p{Default_Ignorable_Code_Point}*]/gu

/**
 * What is shown of a grapheme, decomposed: a syllable of jamo or one code point, and two marks. More
 * would be drawn over what stands around it, and an emoji sequence can hold a whole family.
 */
const shownOfGrapheme =
  /^(?:[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6][\u11a8-\u11ff\ud7cb-\ud7fb]?|\P{M})\p{M}{0,2}/u

/** Stars in a row, at most: beyond it a mask would tell how long a name is. */
const mostStars = 3
/** Words shown of a name, at most; those behind leave no trace, so that nobody can count them. */
const mostWords = 4

/**
 * A name as a kiosk in a public room may show it: its owner recognises it, others learn little.
 * Never all of a name is shown, and at least one letter in three is hidden: one star for each hidden
 * one, three at most.
 *
 * - Of Hangul or Han only, spaces ignored: first and last letter of three or more, else the first.
 *   홍길동 → 홍*동, 김 민 수 → 김*수, 남궁민수 → 남**수, 홍동 → 홍*, 홍 → *.
 * - Any other: the first letter of each of its first four words; a word of one letter is a star.
 *   Jane Doe → J*** D**, Kim A → K** *, 김 Minsu → * M***.
 * - Without a name the id: two letters at each end from eight on, else the first; us***le, h***.
 */
export function maskedName(name: string, id: string): string {
  const words = name.split(/\s+/).map(shownGraphemes)
  const all = words.flat()
  if (all.length === 0) return maskedId(shownGraphemes(id))
  if (hangulOrHan.test(all.join(''))) return ends(lettersOf(all))
  const named = words.filter(word => word.length > 0).slice(0, mostWords)
  return named.map(word => first(lettersOf(word))).join(' ')
}

function shownGraphemes(text: string): string[] {
  const whole = Array.from(graphemes.segment(text.normalize('NFD')), ({ segment }) => segment)
  const shown = whole.map(part => shownOfGrapheme.exec(part.replace(dropped, ''))?.[0] ?? '')
  return shown.filter(standsAlone).map(part => part.normalize('NFC'))
}

/** Some letters are drawn as one with what stands before or after them (UAX #29): a star, too. */
function standsAlone(part: string): boolean {
  return part !== '' && graphemes.segment(`*${part}*`).containing(1)?.segment === part
}

/** Signs hide nobody: of "A." the A is all there is. A word without letters counts its signs. */
function lettersOf(word: readonly string[]): readonly string[] {
  const letters = word.filter(part => /^[\p{L}\p{N}]/u.test(part))
  return letters.length > 0 ? letters : word
}

function ends(letters: readonly string[]): string {
  if (letters.length < 3) return first(letters)
  return `${letters[0]}${stars(letters.length - 2)}${letters.at(-1)}`
}

function first(letters: readonly string[]): string {
  return letters.length === 1 ? '*' : `${letters[0]}${stars(letters.length - 1)}`
}

function stars(hidden: number): string {
  return '*'.repeat(Math.min(hidden, mostStars))
}

/** Always three stars, so that nobody can tell an id of one letter from a long one. */
function maskedId(letters: readonly string[]): string {
  const shown =
    letters.length < 8 ? [letters.slice(0, 1), []] : [letters.slice(0, 2), letters.slice(-2)]
  return shown.map(part => part.join('')).join('***')
}
