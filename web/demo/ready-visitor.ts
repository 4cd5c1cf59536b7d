/** Somebody to sign in as. */
export interface ReadyVisitor {
  account: string
  password: string
}

/** The next one; undefined where the demo has nobody. */
export async function nextVisitor(): Promise<ReadyVisitor | undefined> {
  const answer = await fetch('/demo/visitor').catch(() => undefined)
  return answer?.ok ? ((await answer.json()) as ReadyVisitor) : undefined
}

/** Fills the sign-in form of a phone's page in, where there is one and nobody has begun to. */
export function fillIn(phone: Document | null, { account, password }: ReadyVisitor): void {
  const form = phone?.querySelector('form[action$="/sign-in"]')
  const idField = form?.querySelector<HTMLInputElement>('[name=account]')
  const passwordField = form?.querySelector<HTMLInputElement>('[name=password]')
  if (!idField || !passwordField || passwordField.value !== '') return
  // After a first try the page has the id already.
  if (idField.value !== '' && idField.value !== account) return
  idField.value = account
  passwordField.value = password
}
