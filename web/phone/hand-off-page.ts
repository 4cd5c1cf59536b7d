import type { HandOffState } from '@qrgate/sdk/protocol'
import type { HandOffSeen } from './gate.ts'
import type { Turn } from './turn.ts'

/** What the visitor is looking at, as the server has written it into the page. */
export interface HandOffPage {
  /** Of the sign-in. */
  readonly id: string
  readonly seq: number
  readonly handOff: HandOffSeen
  readonly turn: Turn
  /** Something may follow. */
  readonly isLive: boolean
}

/** @returns null where this is another page. */
export function readHandOffPage(page: Document): HandOffPage | null {
  const source = page.querySelector<HTMLElement>('[data-hand-off-page]')
  if (source === null) return null
  const {
    handOffPage = '',
    seq,
    handOff = '',
    handOffSeq,
    handOffState,
    ahead,
    calledAt = '',
  } = source.dataset
  return {
    id: handOffPage,
    seq: Number(seq),
    handOff: { id: handOff, seq: Number(handOffSeq) },
    turn: {
      state: handOffState as HandOffState,
      ahead: ahead ? Number(ahead) : Infinity,
      calledAt,
    },
    isLive: source.dataset.livePage === 'yes',
  }
}

/** The same page as the server has it now; null where it cannot be had. */
export function fetchPage(id: string): Promise<Document | null> {
  return new Promise(resolve => {
    // It alone makes a document of an answer without making text into code in this one.
    const request = new XMLHttpRequest()
    request.open('GET', `/s/${id}?bare`)
    request.responseType = 'document'
    request.timeout = 10_000
    request.setRequestHeader('accept', 'text/html')
    // What a proxy says for a gate that is away, or a gate that is busy, is no newer page.
    request.onload = () => resolve(request.status < 500 ? request.responseXML : null)
    request.onerror = request.ontimeout = () => resolve(null)
    request.send()
  })
}
