/** One line of a `.env` file that says what a variable is. */
export interface Line {
  /** From 1. */
  number: number
  name: string
  value: string
}

/** What a `.env` file says, and what in it cannot be read: sentences that name lines and no values. */
export interface Dotenv {
  lines: Line[]
  faults: string[]
}

/**
 * Reads a `.env` file as Node's own reader does, but refuses what that passes over or half reads: a
 * line without `=`, an unclosed quote, a `#` inside a bare value, `A=` with spaces behind it, which takes
 * the next line for its value.
 * @param bytes UTF-8, with or without a byte order mark, lines ending as on Unix or Windows.
 */
export function readDotenv(bytes: Uint8Array): Dotenv {
  if (isUtf16(bytes)) return { lines: [], faults: ['all lines: it is UTF-16; save it as UTF-8'] }
  const faults: string[] = []
  const lines: Line[] = []
  for (const [index, raw] of splitLines(bytes).entries()) {
    const number = index + 1
    const read = readLine(raw)
    if (typeof read === 'string') faults.push(`line ${number}: ${read}`)
    else if (read) lines.push({ number, ...read })
  }
  return { lines, faults: [...faults, ...repeated(lines)] }
}

/** A byte order mark of UTF-16, or what ASCII looks like in it. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes
  const mark = first === 0xff ? second === 0xfe : first === 0xfe && second === 0xff
  return mark || (bytes.length > 1 && (first === 0) !== (second === 0))
}

function splitLines(bytes: Uint8Array): Buffer[] {
  const text = Buffer.from(bytes)
  const hasMark = text.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
  const lines: Buffer[] = []
  let start = hasMark ? 3 : 0
  for (let end = text.indexOf(0x0a, start); end >= 0; end = text.indexOf(0x0a, start)) {
    lines.push(text.subarray(start, text[end - 1] === 0x0d ? end - 1 : end))
    start = end + 1
  }
  lines.push(text.subarray(start))
  return lines
}

/** What no editor shows: controls, zero-width signs, byte order marks, spaces that are no spaces. */
const unseen = /[^\P{Cc}\t]|[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Zs} ]/u

const assignment = /^(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$/s

/** @returns nothing for an empty line or a comment, and a sentence for what is neither. */
function readLine(raw: Buffer): Pick<Line, 'name' | 'value'> | string | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw).trim()
  } catch {
    return 'is no UTF-8; save the file as UTF-8'
  }
  if (text === '' || text.startsWith('#')) return undefined
  const [, name, rest = ''] = assignment.exec(text) ?? []
  if (name === undefined) return noAssignment(text)
  const [sign] = unseen.exec(text) ?? []
  if (sign !== undefined) {
    return `${name} has a sign in it that cannot be seen (U+${hex(sign)}); type the line anew`
  }
  const value = readValue(rest)
  return 'fault' in value ? `${name} ${value.fault}` : { name, value: value.text }
}

function hex(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

/** Whatever stands left of an `=` is repeated, and nothing else, which may be a secret's second line. */
function noAssignment(text: string): string {
  const equals = text.indexOf('=')
  if (equals < 0) return 'is no setting; write NAME=value, or # before a remark'
  const name = text.slice(0, equals).trim()
  return /^[\w.$: -]{1,60}$/.test(name)
    ? `"${name}" is no name of a setting; write NAME=value`
    : 'is no setting; write NAME=value'
}

type Value = { text: string } | { fault: string }

const quotes = ['"', "'", '`']
/** What a word processor makes of quotes. */
const curly = /^[\u201c\u201d\u2018\u2019]/

function readValue(rest: string): Value {
  // A remark alone leaves nothing.
  if (rest === '' || rest.startsWith('#')) return { text: '' }
  const quote = rest.charAt(0)
  if (quotes.includes(quote)) return quoted(rest, quote)
  if (curly.test(rest)) return { fault: 'begins with a typographic quote; use \' or "' }
  const [text = ''] = rest.split(/[ \t]+#/, 1)
  if (text.includes('#')) {
    return { fault: "has a # in it, where a remark would begin; put the value in '…'" }
  }
  if (/[ \t][A-Z][A-Z\d]*_?[A-Z\d_]*=/.test(text)) {
    return { fault: "is followed by a second setting; one a line, or put the value in '…'" }
  }
  return filledIn(text) ?? { text: text.trimEnd() }
}

function quoted(rest: string, quote: string): Value {
  const end = rest.indexOf(quote, 1)
  if (end < 0) return { fault: `begins with ${quote}, which does not end on its line` }
  const behind = rest.slice(end + 1)
  if (!/^[ \t]*(#.*)?$/.test(behind)) {
    return {
      fault: `has something behind the ${quote} that ends it; put the value in other quotes`,
    }
  }
  const text = rest.slice(1, end)
  if (quote === '"' && text.includes('\\')) {
    return { fault: "has a \\ between double quotes; put the value in '…', which keep it as it is" }
  }
  return (quote === "'" ? undefined : filledIn(text)) ?? { text }
}

/** Docker Compose and shells would fill something in there. */
function filledIn(text: string): Value | undefined {
  if (!/\$\{[A-Za-z_]/.test(text)) return undefined
  return { fault: "has ${ in it, and nothing is filled in there; '…' keep it as it is" }
}

/** Of two lines the last one would win, and nobody sees which one that is. */
function repeated(lines: readonly Line[]): string[] {
  const byName = Map.groupBy(lines, ({ name }) => name)
  return [...byName].flatMap(([name, same]) => {
    if (same.length < 2) return []
    const numbers = same.map(({ number }) => number)
    return [
      `lines ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}: ${name} stands in both`,
    ]
  })
}
