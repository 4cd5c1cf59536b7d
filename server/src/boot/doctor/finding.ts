/** How one thing is, and in words what to do about it. */
export interface Finding {
  mark: 'ok' | 'warn' | 'fail'
  about: string
  words: string
}

/** Notes a finding; a doctor's part looks at one thing and adds what it has found. */
export type Add = (mark: Finding['mark'], about: string, words: string) => void

/** What an error says, and what has caused it. */
export function messageOf(error: unknown): string {
  // Where a name has several addresses, Node says nothing itself but what each of them said.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error
    ? `${error.message} (${messageOf(error.cause)})`
    : error.message
}
