import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely'
import type { Database } from './noun.ts'

/** Stands in a query for a value that is another one each time it runs. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is built once for each database, and then only given its values: Kysely takes several times as long
 * to build and compile one as SQLite takes to answer it. For what every sign-in asks.
 * @param build is given placeholders in place of the values, and so comes to one text whatever they are.
 * @returns runs it, in a transaction or outside of one, and answers its rows. Values always have the same names.
 */
export function prepared<Values extends object, Row = unknown>(
  build: (db: Database, values: Values) => Compilable<Row>,
): (db: Database, values: Values) => Promise<Row[]> {
  const built = new WeakMap<DialectAdapter, CompiledQuery<Row>>()

  return async (db, values) => {
    const { adapter } = db.getExecutor()
    const query = built.get(adapter) ?? build(db, placeholders(values)).compile()
    built.set(adapter, query)
    const parameters = query.parameters.map(parameter =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    )
    return (await db.executeQuery<Row>({ ...query, parameters })).rows
  }
}

function placeholders<Values extends object>(values: Values): Values {
  return Object.fromEntries(
    Object.keys(values).map(name => [name, new Placeholder(name)]),
  ) as unknown as Values
}
