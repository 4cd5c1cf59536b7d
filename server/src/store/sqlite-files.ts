/** The path of a `sqlite:` address; undefined for any other. */
export function sqlitePath(databaseUrl: string): string | undefined {
  return /^sqlite:(.+)$/s.exec(databaseUrl)?.[1]
}

/** All files of a database, there or not; one in memory has none. */
export function sqliteFiles(path: string): string[] {
  return path === ':memory:' ? [] : [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]
}
