import { randomBytes } from 'node:crypto'
import {
  answerHeader,
  askForProof,
  questionHeader,
  readProof,
  type Seen,
} from '../../protocol/gate-proof.ts'
import type { Keyring } from '../../protocol/keyring.ts'

/** How long each answer may take, in milliseconds. */
export const patience = 5_000

/** An address for documents (RFC 5737): no visitor has it. */
export const forgedAddress = '203.0.113.77'

/** Who answers at an address. */
export type Answerer =
  /** The gate that has our key; its clock is apart from ours by so many milliseconds. */
  | { kind: 'own'; seen: Seen; apart: number }
  /** Something that answers as a gate does. */
  | { kind: 'gate' }
  | { kind: 'other'; status: number; location: string | null }
  | { kind: 'nobody'; error: unknown }

/**
 * Asks for a gate's proof as a visitor would who says to come from elsewhere.
 * @param keyring undefined where there is no key: then no gate can be told from another.
 */
export async function askGate(origin: string, keyring: Keyring | undefined): Promise<Answerer> {
  const asked = keyring && askForProof(keyring, Date.now(), randomBytes(16))
  const headers = { 'x-forwarded-for': forgedAddress, ...(asked && { [questionHeader]: asked }) }
  try {
    const signal = AbortSignal.timeout(patience)
    const answer = await fetch(`${origin}/healthz`, { headers, signal, redirect: 'manual' })
    const { status } = answer
    const text = await answer.text()
    const proof = answer.headers.get(answerHeader)
    const seen = keyring && asked && proof ? readProof(keyring, asked, proof) : undefined
    if (seen) return { kind: 'own', seen, apart: Math.abs(seen.at - Date.now()) }
    if (answer.ok && saysOk(text)) return { kind: 'gate' }
    return { kind: 'other', status, location: answer.headers.get('location') }
  } catch (error) {
    return { kind: 'nobody', error }
  }
}

function saysOk(text: string): boolean {
  try {
    return (JSON.parse(text) as { status?: string } | null)?.status === 'ok'
  } catch {
    return false
  }
}
