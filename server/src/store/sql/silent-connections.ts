import pg from 'pg'

/** What `pg` says of a question that was not answered within `query_timeout`. */
const silence = 'Query read timeout'

type Query = (...asked: unknown[]) => unknown

/**
 * A connection that ends itself once it has left a question unanswered. `pg` would hand it to whoever asks next,
 * who would wait behind that question: for minutes, where a firewall has forgotten it or a host is gone.
 */
export class Connection extends pg.Client {
  /** Called when it has ended itself. */
  onSilence = () => {}

  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const ask = this.query.bind(this) as Query
    const query: Query = (...asked) => {
      const answer = ask(...asked)
      if (answer instanceof Promise) answer.catch(error => this.#endWhere(error))
      return answer
    }
    this.query = query as pg.Client['query']
  }

  #endWhere(error: Error): void {
    if (error.message !== silence) return
    this.cut()
    this.onSilence()
  }

  /** In order it could not be closed: nobody would answer. */
  cut(): void {
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
  }
}

/**
 * Connections to one database. Where one is silent, those that nobody uses just now are given up with it:
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
    connection.onSilence = cutIdle
    // A lost connection rejects the query on it; without a listener it would end the process too.
    client.on('error', () => {})
  })
  pool.on('error', () => {})
  pool.on('acquire', client => idle.delete(client as unknown as Connection))
  pool.on('release', (_error, client) => idle.add(client as unknown as Connection))
  pool.on('remove', client => idle.delete(client as unknown as Connection))
  return pool
}
