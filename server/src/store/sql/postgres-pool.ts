import pg from 'pg'

/** What `pg` says of a question that was not answered within `query_timeout`. */
const silence = 'Query read timeout'
/** A server that was made a standby, or one that was made read-only when the connection began. */
const readOnly = '25006'

/** At the end of a statement inside a transaction: whoever sends it looks at no answer. */
export const unasked = '/* unasked */'

type Query = (...asked: unknown[]) => unknown

/**
 * A connection that ends itself once it is of no use any more. One that has left a question unanswered `pg` would hand
 * to whoever asks next, who would wait behind that question: for minutes, where a firewall has forgotten it or a
 * host is gone. And where one finds its server read-only, a new one may find the primary under the same name.
 */
export class Connection extends pg.Client {
  /** Called when it has turned out to be of no use. */
  onUseless = () => {}
  #isUseless = false
  #hasBegun = false
  readonly #sentAhead: Promise<unknown>[] = []

  constructor(config?: pg.ClientConfig) {
    // Unknown to the types of `pg`: else a statement waits here until the one before it is answered.
    super({ ...config, pipeline: true } as pg.ClientConfig)
    const query: Query = (...asked) => {
      const answer = (pg.Client.prototype.query as Query).apply(this, asked)
      if (!(answer instanceof Promise)) return answer
      answer.catch(error => this.#endWhere(error))
      if (this.#mayGoAhead(asked)) {
        this.#sentAhead.push(answer)
        return Promise.resolve({ rows: [] })
      }
      const ahead = this.#sentAhead.splice(0)
      return ahead.length === 0 ? answer : Promise.all(ahead).then(() => answer)
    }
    this.query = query as pg.Client['query']
  }

  /**
   * Whether it is sent without waiting for its answer, and fails where the next statement does. A change takes
   * three ways to the server and back so, and not five: `begin` goes ahead of the lock, without which nothing is
   * written, and the row ahead of its log. Not the first `begin` of a connection: a pooler that refuses it would hang
   * up on what comes behind, and its reason be lost.
   */
  #mayGoAhead([text]: unknown[]): boolean {
    if (typeof text !== 'string') return false
    if (!text.startsWith('begin')) return text.endsWith(unasked)
    const isFirst = !this.#hasBegun
    this.#hasBegun = true
    return !isFirst
  }

  #endWhere({ message, code }: Error & { code?: string }): void {
    if (message !== silence && code !== readOnly) return
    this.#isUseless = true
    // Whoever has it must hear the reason to the end of the transaction, where there is anybody to say it.
    if (message === silence) this.cut()
    this.onUseless()
  }

  /** Nobody uses it just now. @returns whether nobody ever will. */
  retire(): boolean {
    if (this.#isUseless) this.cut()
    return this.#isUseless
  }

  /** In order it could not be closed: nobody would answer. */
  cut(): void {
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
  }
}

/**
 * Connections to one database. Where one is of no use, those that nobody uses just now are given up with it:
 * else each would cost a visitor the time until it is found out.
 */
export function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, Client: Connection })
  const idle = new Set<Connection>()
  const cutIdle = () => {
    for (const connection of idle) connection.cut()
  }
  pool.on('connect', client => {
    const connection = client as unknown as Connection
    connection.onUseless = cutIdle
    // A lost connection rejects the query on it; without a listener it would end the process too.
    client.on('error', () => {})
  })
  pool.on('error', () => {})
  pool.on('acquire', client => idle.delete(client as unknown as Connection))
  pool.on('release', (_error, client) => {
    const connection = client as unknown as Connection
    if (!connection.retire()) idle.add(connection)
  })
  pool.on('remove', client => idle.delete(client as unknown as Connection))
  return pool
}
