import type { HandOffView } from './protocol.ts'

/** Whether a view of a hand-off says more than the one before it: of another hand-off, or later. */
export function isNewer(handOff: HandOffView, known: HandOffView | undefined): boolean {
  return handOff.id !== known?.id || handOff.seq > known.seq
}
