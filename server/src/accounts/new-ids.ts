import { parse } from 'csv-parse/sync'
import { OperatorError } from '../operator-error.ts'

/** Who of a file gets another id here, as an operator has said. */
export interface NewIds {
  /** What this id becomes; undefined where it stays. Compared to the letter: `Kim` is not `kim`. */
  of(id: string): string | undefined
  /** Ids that nobody in the file had. */
  unused(): string[]
}

/**
 * @param pairs each `old=new`. @param csv lines of `old,new`, with or without a first line that says so.
 * @throws OperatorError for what is no pair, or an id that would become two.
 */
export function newIdsOf(pairs: readonly string[], csv = ''): NewIds {
  const given = new Map<string, string>()
  const used = new Set<string>()
  for (const [from, to] of [...pairs.map(pairOf), ...pairsIn(csv)]) {
    if ((given.get(from) ?? to) !== to) {
      throw new OperatorError(`"${from}" cannot become both "${given.get(from)}" and "${to}".`)
    }
    given.set(from, to)
  }
  return {
    of(id) {
      const to = given.get(id) ?? given.get(id.trim())
      if (to !== undefined) used.add(given.has(id) ? id : id.trim())
      return to
    },
    unused: () => [...given.keys()].filter(id => !used.has(id)),
  }
}

/** An id may have a `=` in it; whose first one does is named in a file. */
function pairOf(text: string): [string, string] {
  const [, from, to] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (from !== undefined && to !== undefined) return [from, to]
  throw new OperatorError(`--rename is OLD=NEW, and not "${text}".`)
}

function pairsIn(csv: string): [string, string][] {
  let rows: string[][]
  try {
    rows = parse(csv, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true })
  } catch (error) {
    throw new OperatorError(`The file of new ids is no CSV: ${(error as Error).message}.`)
  }
  const isTitle = rows[0]?.join().toLowerCase() === 'old,new'
  return rows.slice(isTitle ? 1 : 0).map(row => {
    const [from = '', to = ''] = row
    if (row.length === 2 && from !== '' && to !== '') return [from, to]
    throw new OperatorError(`A line of the file of new ids is OLD,NEW, and not "${row.join()}".`)
  })
}
