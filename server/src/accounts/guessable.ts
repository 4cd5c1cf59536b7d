import { setTimeout as sleep } from 'node:timers/promises'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { Turns } from '../limits/turns.ts'

/**
 * A password that others find in fewer guesses is refused. Who guesses at the gate itself has a hundred a day at
 * an account, so a million take decades; against guesses at a stolen table stand the hashes. What is asked
 * for beyond only makes people write it down (NIST SP 800-63B-4 §3.1.1, ASVS 6.2.4 and 6.2.5).
 */
const leastGuesses = 1e6

/**
 * How much of a password is looked at, and how many readings of its digits and signs as letters. A look is one
 * piece of work that nothing else comes between: so it takes some 30 ms at most, with the library's own numbers
 * nearly a second, and strangers choose what is looked at.
 */
const looked = { maxLength: 64, l33tMaxSubstitutions: 4 }

/** What a look is reckoned to take, with the pause behind it, in milliseconds. */
const cost = 40
/** Whoever sends many makes only others of their own wait; nobody's look waits for longer than 3 s. */
const turns = new Turns({ atOnce: 1, longest: 3_000, mostOfOne: 2 })

/** As long as the shortest password: what stands before a tail is then one by itself. */
const wholeStem = 8

/** Compatibility forms may stand for as many as eighteen characters; nobody guesses so long a one. */
const longestFolded = 1024

/** The library sees each row of keys by itself. */
const keys = 'qwertyuiopasdfghjklzxcvbnm'
const runs = [keys, [...keys].reverse().join('')]

/**
 * Whether a password is among the first that would be tried: made of words, names, dates, rows of keys, or
 * repetitions, so that few guesses lead to it.
 * @param context words that everybody here can guess.
 * @param shares who it is for, as {@link Turns} shares them. @throws Refusal `busy`.
 */
export async function isGuessable(
  password: string,
  context: readonly string[],
  shares: readonly string[],
): Promise<boolean> {
  const text = folded(password)
  const words = context.map(folded).filter(Boolean)
  // Nobody becomes harder to guess by an exclamation mark or a number at the end, however long.
  const unmarked = upToLast(/[\p{L}\p{N}]/u, text)
  const stem = upToLast(/\p{L}/u, text)
  if (words.includes(stem) || runs.some(run => run.includes(text))) return true
  const looks = new Set([unmarked.length < wholeStem ? text : unmarked])
  if (stem.length >= wholeStem) looks.add(stem)
  const estimator = await loaded()
  const isFound = async (look: string) => {
    const began = performance.now()
    const { guesses } = estimator.check(look, words)
    // As long again is everybody else's.
    await sleep(performance.now() - began)
    return guesses < leastGuesses
  }
  for (const look of looks) {
    if (await turns.run(cost, shares, () => isFound(look))) return true
  }
  return false
}

let loading: Promise<ZxcvbnFactory> | undefined

/** It takes a fifth of a second and 30 MB, for dictionaries that most gates never ask: a start must not pay. */
function loaded(): Promise<ZxcvbnFactory> {
  loading ??= load().catch(error => {
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<ZxcvbnFactory> {
  // One after the other: between them the loop turns.
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core')
  const common = await import('@zxcvbn-ts/language-common')
  const english = await import('@zxcvbn-ts/language-en')
  const { guessedWords } = await import('./guessed-words.ts')
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary, here: [...guessedWords] },
    graphs: common.adjacencyGraphs,
    ...looked,
  })
}

function upToLast(kind: RegExp, text: string): string {
  const characters = [...text]
  return characters.slice(0, characters.findLastIndex(one => kind.test(one)) + 1).join('')
}

/** As whoever guesses sees it: capitals and spaces hide nothing, and a sign is one, however it is stored. */
function folded(text: string): string {
  const form = text.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
  return form.slice(0, longestFolded).replace(/[\u{10000}-\u{10ffff}]/gu, inOneUnit)
}

/** Any of those that nobody types. */
function inOneUnit(sign: string): string {
  return String.fromCharCode(0xe000 + ((sign.codePointAt(0) ?? 0) % 0x1900))
}
