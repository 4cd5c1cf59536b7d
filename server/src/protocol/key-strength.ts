/**
 * What a secret key must be worth, in bits, by the estimate below. That errs on the low side: of
 * 100 000 keys of 32 random hexadecimal digits, which hold 128 bits, it said no less than 65.
 */
const enough = 64
/** Characters that are looked at; a key that is weak so far is refused whatever comes behind. */
const most = 4_096

const keyboardRows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/** What documentation, examples and templates put where a key belongs; letters and digits only. */
const placeholders = [
  '256bitsecret',
  'atleast',
  'changeit',
  'changeme',
  'changethis',
  'donotuse',
  'jwtsecret',
  'opensslrand',
  'inproduction',
  'islongenough',
  'fordevelopment',
  'forproduction',
  'placeholder',
  'pleasechange',
  'randomkey',
  'randomsecret',
  'randomstring',
  'replaceme',
  'replacethis',
  'replacewith',
  'secrethere',
  'secretkeyhere',
  'supersecret',
  'topsecret',
  'yourjwt',
  'yourkey',
  'yourown',
  'yoursecret',
]

/**
 * Random keys that stand in tutorials, which thousands have copied from there: FastAPI's on OAuth2 and
 * Flask's on its settings, in lower case.
 */
const published = [
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
]

/** Words with which keys begin that somebody made up; only what comes behind counts. */
const beginnings =
  /^(?:(?:admin|api|app|default|dev|example|for|jwt|key|my|passphrase|password|private|production|qrgate|secret|session|test|token|your)s?[\W_]*)+/iu

/**
 * Whether a key could be guessed by whoever sees something signed with it and tries at leisure:
 * repeated characters and patterns, sequences, what stands in documentation. ASVS 11.2.3 asks for 128
 * bits, which no look at a text can prove; what `openssl rand` makes passes, and so do ten words.
 */
export function isGuessable(key: string): boolean {
  const plain = key.slice(0, most).toLowerCase().replace(/[\W_]/g, '')
  if ([...placeholders, ...published].some(known => plain.includes(known))) return true
  if (encodedTexts(key.slice(0, most)).some(isGuessable)) return true
  return estimatedBits(key.slice(0, most).replace(beginnings, '')) < enough
}

/** What a key says that is a text in other letters: random bytes are never all printable. */
function encodedTexts(key: string): string[] {
  const encodings = [...(/^[\da-f]+$/i.test(key) ? ['hex' as const] : []), 'base64' as const]
  const texts = encodings.map(encoding => Buffer.from(key, encoding).toString('latin1'))
  return texts.filter(text => /^[\x20-\x7e]{8,}$/.test(text))
}

/**
 * Shannon's entropy of the characters, for each that is not predictable: the same one has stood behind
 * the same one before, or it goes on with a step of the last two. Linear in the text's length.
 */
function estimatedBits(text: string): number {
  const letters = [...text]
  const counts = new Map<string, number>()
  const pairs = new Set<string>()
  let [last, beforeLast] = [Number.NaN, Number.NaN]
  let surprising = 0
  for (const [at, letter] of letters.entries()) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const before = letters[at - 1] ?? ''
    const step = stepBetween(before, letter)
    const pair = before + letter
    if (!pairs.has(pair) && step !== last && step !== beforeLast) surprising += 1
    pairs.add(pair)
    ;[last, beforeLast] = [step, last]
  }
  const shares = [...counts.values()].map(count => count / letters.length)
  return surprising * shares.reduce((sum, share) => sum - share * Math.log2(share), 0)
}

/** How far apart two characters are, on one row of a keyboard or else among all characters. */
function stepBetween(one: string, other: string): number {
  for (const row of keyboardRows) {
    const [from, to] = [row.indexOf(one.toLowerCase()), row.indexOf(other.toLowerCase())]
    if (from >= 0 && to >= 0 && Math.abs(to - from) === 1) return to - from
  }
  return (other.codePointAt(0) ?? 0) - (one.codePointAt(0) ?? 0)
}
