import { type KioskPolicy, usualPolicy } from '@qrgate/sdk/protocol'
import { checkDocument, type Method, methods, type PolicyDocument } from './policy-document.ts'
import { bothOf } from './shown-text.ts'

/** A kiosk's policy in force: its document, with what it leaves out. */
export interface Policy extends KioskPolicy {
  /** What protects: from the moment it is known, at the latest five seconds after it was set. */
  methods: readonly Method[]
  /** How old a proof may be, in hours; absent where it may be of any age. */
  proof_hours?: number
}

const usual: Policy = { ...usualPolicy, methods }

/** A kiosk's row keeps its document behind the version that the gate has given it. */
export function policyToText(version: number, document: PolicyDocument): string {
  return `{"version":${version},"document":${JSON.stringify(document)}}`
}

/** How many characters of the text say its version. */
export const versionLength = 32

/** @param stored the text of a row, or its beginning; 0 where a kiosk has no policy. */
export function policyVersion(stored: string | null): number {
  return Number(/^\{"version":(\d{1,15}),/.exec(stored ?? '')?.[1] ?? 0)
}

/**
 * The policy in force at a kiosk.
 *
 * A document that this gate does not understand was set by a newer one while both serve: what is shown
 * is then the usual, and **no way to sign in is open**. Any condition may stand in such a document, such
 * as a code to confirm or a network to be in, and a node that cannot judge it must not wave people
 * through. The same holds for a text that is damaged.
 */
export function policyOf(stored: string | null): Policy {
  if (stored === null) return usual
  const version = policyVersion(stored)
  const document = readStored(stored)
  if (!document) return { ...usual, version, methods: [] }
  const { timings = {}, texts = {}, services = {}, printing = {} } = document
  const { idle_seconds = usual.timings.idle_seconds } = timings
  const { done_seconds = usual.timings.done_seconds } = timings
  const { idle_title, idle_text, done_text } = texts
  // Name by name: what means nothing here may be meant for anybody but a screen.
  return {
    version,
    languages: document.languages ?? usual.languages,
    start: document.start ?? usual.start,
    timings: { idle_seconds, done_seconds },
    texts: {
      ...(idle_title && { idle_title: bothOf(idle_title) }),
      ...(idle_text && { idle_text: bothOf(idle_text) }),
      ...(done_text && { done_text: bothOf(done_text) }),
    },
    services: services.offer ? { offer: services.offer } : {},
    printing: {
      ticket: printing.ticket ?? usual.printing.ticket,
      paper_mm: printing.paper_mm ?? usual.printing.paper_mm,
    },
    methods: document.methods ?? usual.methods,
    ...(document.proof_hours && { proof_hours: document.proof_hours }),
  }
}

/** The document as it was set; null where there is none that this gate understands. */
export function readStored(stored: string | null): PolicyDocument | null {
  try {
    const { document } = JSON.parse(stored ?? 'null') as { document?: unknown }
    const read = checkDocument(document)
    return 'faults' in read ? null : read
  } catch {
    return null
  }
}

/** What a kiosk's own page is told: what is shown. */
export function shownPolicy(stored: string | null): KioskPolicy {
  const { methods: _, proof_hours: __, ...shown } = policyOf(stored)
  return shown
}

/** Whether this way to sign in is open at a kiosk. @param stored its row's `policy`. */
export function allows(stored: string | null, method: Method): boolean {
  return policyOf(stored).methods.includes(method)
}

/**
 * Whether somebody who has proven who they are at an earlier sign-in need not do so anew at a kiosk.
 * @param stored its row's `policy`. @param provenAt in milliseconds since 1970, as is `now`.
 */
export function acceptsProof(stored: string | null, provenAt: number, now: number): boolean {
  const { proof_hours: hours } = policyOf(stored)
  return hours === undefined || (provenAt <= now && now < provenAt + hours * 3_600_000)
}
