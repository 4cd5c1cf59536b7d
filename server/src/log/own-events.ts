import type { Checkpoint, LogRow } from '../store/log.ts'
import { checkpointIn } from './checkpoint.ts'
import { Positions, type Span } from './positions.ts'

/** What the log tells of itself: which rows are empty or gone, and which seals were signed. */
export class OwnEvents {
  readonly erased = new Positions()
  readonly removals: { through: unknown; at: number | null }[] = []
  readonly checkpoints: Checkpoint[] = []

  add({ event, at, detail }: Pick<LogRow, 'event' | 'at' | 'detail'>): void {
    // Whatever the type says: SQLite keeps bytes in a column for text too.
    if (typeof event !== 'string' || !event.startsWith('log.')) return
    const told = parsed(detail)
    if (event === 'log.erased') {
      for (const span of spansIn(told.positions)) this.erased.add(...span)
    }
    if (event === 'log.purged') this.removals.push({ through: told.through, at })
    const checkpoint = event === 'log.checkpoint' && checkpointIn(told)
    if (checkpoint) this.checkpoints.push(checkpoint)
  }
}

/** Whoever can write to the database can write anything, and it must do no more than tell nothing. */
function parsed(detail: string | null): Record<string, unknown> {
  try {
    return { ...JSON.parse(detail ?? '{}') }
  } catch {
    return {}
  }
}

/** As `1-3,5`. */
function spansIn(positions: unknown): Span[] {
  return `${positions ?? ''}`.split(',').flatMap((span): Span[] => {
    const [, from, to = from] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(span) ?? []
    return from === undefined ? [] : [[Number(from), Number(to)]]
  })
}
