import assert from 'node:assert/strict'
import { type RefusalCode, refusalCodes } from '../../server/src/errors.ts'

const known: ReadonlySet<string> = new Set(refusalCodes)

/** What strangers were answered, counted by refusal; each answer is one that the gate may give. */
export class Answers {
  readonly #counts = new Map<string, number>()
  readonly #statuses = new Map<number, number>()

  /**
   * Reads an answer to the end.
   * @param asked rejects where a request is left without an answer, and so does this.
   * @returns the code of its refusal, or `ok`.
   * @throws AssertionError where a server failed, a refusal has no known code, or a 429 or 503 does
   * not say when to come back (RFC 9110 §10.2.3, RFC 6585 §4).
   */
  async add(asked: Promise<Response>): Promise<RefusalCode | 'ok'> {
    const answer = await asked
    const text = await answer.text()
    const told = `${answer.status} ${text.slice(0, 200)}`
    assert.ok(answer.status < 500 || answer.status === 503, told)
    if (answer.status === 429 || answer.status === 503) {
      assert.match(answer.headers.get('retry-after') ?? 'no Retry-After', /^[1-9]\d*$/, told)
    }
    const code = answer.status < 400 ? 'ok' : codeIn(text)
    assert.ok(code, `a refusal without a known code: ${told}`)
    this.#counts.set(code, this.count(code) + 1)
    this.#statuses.set(answer.status, this.withStatus(answer.status) + 1)
    return code
  }

  /** How often this was answered. */
  count(...codes: (RefusalCode | 'ok')[]): number {
    return codes.reduce((sum, code) => sum + (this.#counts.get(code) ?? 0), 0)
  }

  withStatus(status: number): number {
    return this.#statuses.get(status) ?? 0
  }

  get all(): number {
    return [...this.#statuses.values()].reduce((sum, count) => sum + count, 0)
  }

  /** For people to read, the most frequent first. */
  toString(): string {
    const counted = [...this.#counts].sort(([, one], [, other]) => other - one)
    return counted.map(([code, count]) => `${count} × ${code}`).join(', ')
  }
}

function codeIn(text: string): RefusalCode | undefined {
  try {
    const { code } = JSON.parse(text) as { code?: string }
    return code !== undefined && isCode(code) ? code : undefined
  } catch {
    return undefined
  }
}

function isCode(code: string): code is RefusalCode {
  return known.has(code)
}
