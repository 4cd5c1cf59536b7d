/** What {@link readUnit} keeps of a unit: every value that a key has, in order. */
export type Unit = Map<string, string[]>

/**
 * Reads a systemd unit and what is dropped in beside it. https://www.freedesktop.org/software/systemd/man/systemd.syntax.html
 * @param texts the unit, then its drop-ins. No line may go on in the next one.
 */
export function readUnit(...texts: string[]): Unit {
  const unit: Unit = new Map()
  for (const line of texts.join('\n').split('\n')) {
    const [, key, value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    // An empty value forgets those before it.
    unit.set(key, value === '' ? [] : [...(unit.get(key) ?? []), value])
  }
  return unit
}

/** Words as systemd splits them: quotes keep spaces, `%%` is a percent sign. */
export function wordsOf(value: string): string[] {
  const words = value.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)
  return [...words].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2').replaceAll('%%', '%'),
  )
}
