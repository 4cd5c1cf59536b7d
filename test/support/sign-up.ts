import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from './command.ts'
import { type Gate, type Settings, startGate, temporaryFolder, usualStore } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'

export const password = 'correct horse battery'

/** A gate with a database that commands find too. */
async function withCommands(t: TestContext, settings: Settings) {
  const folder = temporaryFolder(t)
  const own = { DATABASE_URL: `sqlite:${folder}/gate.sqlite` }
  const all = { ...own, ...(await usualStore()), ...settings }
  const gate = await startGate(t, all)
  const run = (...args: string[]) => qrgate(args, { ...all, QRGATE_DATA_DIR: folder }, folder)
  return { gate, databaseUrl: all.DATABASE_URL, run }
}

/** A gate where whoever was invited may sign up, and its commands. */
export async function invitedOnly(t: TestContext) {
  const { gate, run: command } = await withCommands(t, { QRGATE_REGISTRATION: 'invitation' })
  const run = (...args: string[]) => command('account', ...args)
  const invite = async (...args: string[]) => {
    const { code, out, err } = await run('invite', ...args)
    assert.equal(code, 0, err)
    const [shown = ''] = /[A-Z]{5}-[A-Z]{5}/.exec(out) ?? []
    return shown
  }
  return { gate, run, invite }
}

/** A gate where anybody may sign up, and the command that says what they are told. */
export async function site(t: TestContext) {
  const settings = { QRGATE_REGISTRATION: 'open' }
  const { gate, databaseUrl, run: command } = await withCommands(t, settings)
  return { gate, databaseUrl, run: (...args: string[]) => command('site', 'notice', ...args) }
}

export async function scanned({ url }: Gate) {
  const phone = new Phone(url)
  const { id } = await phone.scan((await new Kiosk(url).start()).frame.url)
  const signUp = (account: string, invitation?: string) =>
    phone.post(`/s/${id}/sign-up`, {
      ...{ account, name: '홍길동', password },
      ...(invitation !== undefined && { invitation }),
    })
  return { phone, id, signUp }
}

export async function codeOf(answer: Response): Promise<string | undefined> {
  return ((await answer.json()) as { code?: string }).code
}

/** A form in a browser, with the version of the notice on it. */
export async function formOf({ phone, id }: Awaited<ReturnType<typeof scanned>>) {
  const page = await (await phone.get(`/s/${id}?form=sign-up`)).text()
  const [, notice] = /name="notice" value="([\w-]{16})"/.exec(page) ?? []
  const [, shown = ''] = /<p class="notice">(.*?)<\/p>/s.exec(page) ?? []
  const submit = (account: string, accept?: string) => {
    const fields = { account, name: '홍길동', password, ...(notice !== undefined && { notice }) }
    return phone.post(`/s/${id}/sign-up`, fields, accept)
  }
  return { page, notice, shown, submit }
}

export async function consentOf({ app: { store } }: Gate, id: string) {
  const account = (await store.accounts.byIdKey(id)) ?? assert.fail()
  assert.equal(account.consentedAt, account.consentVersion && account.createdAt)
  const added = (await wholeLog(store)).find(
    ({ event, subject }) => event === 'account.added' && subject === account.key,
  )
  const logged = JSON.parse(added?.detail ?? '{}').consent ?? null
  assert.equal(logged, account.consentVersion)
  return account.consentVersion
}
