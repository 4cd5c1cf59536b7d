import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { createClock } from '../../server/src/clock.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { cli, qrgate, type Ran } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { inBatches } from '../support/in-batches.ts'
import {
  change,
  day,
  keepAll,
  type LogDatabase,
  mixed,
  openSqliteLog,
  sealAll,
  secretKey,
  visit,
} from '../support/log-database.ts'
import { fill, operators, set } from '../support/tampered-log.ts'

const folder = temporaryFolder({ after })
const now = createClock()()
const hour = 3_600_000

/** A command about the log, on a machine in Seoul that knows no secret key. */
function log(database: LogDatabase, args: string, env: Record<string, string> = {}): Promise<Ran> {
  const settings = { DATABASE_URL: database.url, TZ: 'Asia/Seoul', QRGATE_DATA_DIR: folder }
  return qrgate(['log', ...args.split(' ')], { ...settings, ...env }, folder)
}

async function exported(database: LogDatabase, args = ''): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await log(database, `export ${args}`.trim())
  assert.deepEqual([code, err], [0, ''])
  return out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

const hong = 'key-of-hong-0123456789'
const gone = 'key_of_one_who_is_gone'

const atKiosk = (kiosk: number, event: LogEvent): LogEvent => ({ ...event, kiosk })
const of = (account: string, event: LogEvent): LogEvent => ({ ...event, account })
const named = (event: LogEvent['event'], at: number | string, kind = change): LogEvent => ({
  ...kind(typeof at === 'string' ? Date.parse(at) : at),
  event,
})

/** What is asked for: six sealed events, and one that waits. */
const known = await openSqliteLog({ after })
await known.store.log.add([
  atKiosk(100, named('kiosk.added', '2020-11-27T23:59:59.999+09:00')),
  atKiosk(100, named('kiosk.revoked', '2020-11-28T00:00:00+09:00')),
  of(hong, atKiosk(100, named('sign_in.approved', '2020-11-28T12:00:00+09:00', visit))),
  of(gone, atKiosk(101, named('sign_in.claimed', '2020-11-28T23:59:59.999+09:00', visit))),
  of(hong, named('account.disabled', '2020-11-29T00:00:00+09:00')),
  atKiosk(102, named('visit.ended', now - 25 * hour, visit)),
])
await sealAll(known.store)
await known.store.log.add([atKiosk(102, named('kiosk.enrolled', now - 23 * hour))])
await known.raw
  .insertInto('accounts')
  .values({
    key: hong,
    id: 'Hong',
    id_key: 'hong',
    id_skeleton: 'hong',
    name: '홍길동',
    password_hash: '',
    subject_seed: '',
    disabled_at: null,
    created_at: 0,
  })
  .execute()

const asked: [args: string, positions: (number | null)[]][] = [
  ['', [1, 2, 3, 4, 5, 6, null]],
  ['--since 2020-11-28 --until 2020-11-29', [2, 3, 4]],
  ['--since 2020-11-28T12:00 --until 2020-11-28T12:01', [3]],
  ['--since 2020-11-28T03:00Z --until 2020-11-28T12:00:01+09:00', [3]],
  ['--since 24h', [null]],
  ['--since 1500m --until 2d', []],
  ['--kiosk 100', [1, 2, 3]],
  ['--account HONG', [3, 5]],
  [`--account ${hong}`, [3, 5]],
  [`--account ${gone}`, [4]],
  ['--event kiosk.revoked', [2]],
  ['--event kiosk', [1, 2, null]],
  ['--event sign_in', [3, 4]],
  ['--account hong --kiosk 100 --event sign_in --since 2020-11-28', [3]],
]
test('qrgate log export: what is asked for, and nothing else', async () => {
  const found = await inBatches(asked, 3, async ([args]) => {
    const rows = await exported(known, args)
    return [args, rows.map(({ position }) => position)]
  })
  assert.deepEqual(found, asked)
})

test('qrgate log show: the newest of what matches, the latest one last', async () => {
  const { code, out, err } = await log(known, 'show --limit 3')
  assert.deepEqual([code, err], [0, ''])
  const lines = out.trimEnd().split('\n')
  assert.equal(lines.length, 3)
  assert.match(
    lines[0] ?? '',
    /^ {7}5 {2}2020-11-29 00:00:00 {2}account\.disabled {10}account account-0 {2}/,
  )
  assert.match(
    lines[0] ?? '',
    / {2}account key-of-hong-0123456789 {2}by operator shell:김간호 203\.0\.113\.7/,
  )
  assert.match(lines[1] ?? '', /^ {7}6 {2}\S+ \S+ {2}visit\.ended .* kiosk 102 {2}by phone /)
  assert.match(
    lines[2] ?? '',
    /^ {7}- {2}\S+ \S+ {2}kiosk\.enrolled {12}account account-0 {2}kiosk 102 {2}by operator/,
  )
  const filtered = await log(known, 'show --event kiosk --since 2020-11-28 --until 2020-11-29')
  assert.equal(filtered.out.split('\n').length, 2)
  assert.match(filtered.out, /^ {7}2 .* kiosk\.revoked /)
  assert.deepEqual(await log(known, 'show --kiosk 7'), { code: 0, out: '', err: '' })
})

test('qrgate log export: CSV holds what the JSON lines hold', async () => {
  const rows = await exported(known)
  const { code, out, err } = await log(known, 'export --format csv')
  assert.deepEqual([code, err], [0, ''])
  const texts = rows.map(row =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `${value ?? ''}`])),
  )
  assert.deepEqual(parse(out, { columns: true }), texts)
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    ...['position', 'form', 'at', 'time', 'event', 'actor_kind', 'actor', 'address'],
    ...['subject_kind', 'subject', 'kiosk', 'account', 'detail', 'salt', 'digest', 'seal'],
  ])
  assert.equal(rows[1]?.time, '2020-11-27T15:00:00.000Z')
})

const refused: [args: string, words: RegExp][] = [
  ['show --since yesterday', /--since must be like/],
  ['show --since kiosk-7', /--since must be like/],
  ['export --until 2026-02-30', /--until must be like/],
  ['export --since 24', /--since must be like/],
  ['export --kiosk -1', /--kiosk must be a number/],
  ['show --limit many', /--limit must be a number/],
  ['show --account nobody', /There is no account "nobody"/],
  [
    'show --event kiosk.exploded',
    /There is no event "kiosk\.exploded"\. There are: .*kiosk, kiosk\.added/,
  ],
  ['export --format xml', /--format must be jsonl or csv/],
  ['verify --checkpoints nowhere.jsonl', /nowhere\.jsonl cannot be read/],
]
test('what cannot be looked for is refused in a sentence', async () => {
  const ran = await inBatches(refused, 3, ([args]) => log(known, args))
  for (const [index, [, words]] of refused.entries()) assertRefused(ran[index], words)
})

function assertRefused(ran: Ran | undefined, words: RegExp): void {
  assert.ok(ran)
  const { code, out, err } = ran
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, words)
  assert.match(err, /^qrgate: [^\n]+\n$/, 'one line, and no trace of the stack')
}

test('qrgate log verify: 0 where the log is whole, 1 where it was changed, 2 where nobody can tell', async () => {
  const database = await openSqliteLog({ after })
  await fill(database)
  await database.store.log.add([change(now)])
  const { seal } = await database.store.log.head()
  const keys = { SECRET_KEY: secretKey }
  assert.deepEqual(await log(database, 'verify', keys), {
    code: 0,
    out: `59 events, positions 1 to 59, last seal ${seal}.
12 erased, 1 not sealed yet, 3 checkpoints.
The log is whole.
`,
    err: '',
  })

  const file = join(folder, 'kept-elsewhere.jsonl')
  writeFileSync(file, await checkpointLines(database))
  const compared = await log(database, `verify --checkpoints ${file}`, keys)
  assert.equal(compared.code, 0)
  assert.match(compared.out, /\n3 given checkpoints were compared\.\nThe log is whole\.\n$/)

  // As journald and Docker keep the same lines, and as an export has them.
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const wrapped = join(folder, 'wrapped.jsonl')
  for (const key of ['MESSAGE', 'log']) {
    writeFileSync(
      wrapped,
      lines.map(line => `${JSON.stringify({ [key]: `${line}\n` })}\n`).join(''),
    )
    const { out } = await log(database, `verify --checkpoints ${wrapped}`, keys)
    assert.match(out, /\n3 given checkpoints were compared\.\nThe log is whole\.\n$/, key)
  }
  writeFileSync(wrapped, (await log(database, 'export --event log.checkpoint')).out)
  const ofExport = await log(database, `verify --checkpoints ${wrapped}`, keys)
  assert.match(ofExport.out, /\n3 given checkpoints were compared\.\nThe log is whole\.\n$/)

  // Reading needs no key; without it nobody can look at signatures.
  const keyless = await log(database, 'verify')
  assert.equal(keyless.code, 2)
  assert.equal(
    keyless.out.match(/^DOUBT {2}the gate's own checkpoint at position \d+ was signed/gm)?.length,
    3,
  )
  assert.match(keyless.out, /The log could not be proven\.\n$/)

  const rotated = {
    SECRET_KEY: 'the key of the year after that one',
    SECRET_KEYS_ACCEPTED: secretKey,
  }
  assert.match((await log(database, 'verify', rotated)).out, /\nThe log is whole\.\n$/)

  await set(database.raw, operators, { account: 'somebody else' })
  const changed = await log(database, 'verify', keys)
  assert.deepEqual([changed.code, changed.err], [1, ''])
  assert.match(changed.out, new RegExp(`^FAULT {2}position ${operators} was changed after`))
  assert.match(changed.out, /\nThe log was changed\.\n$/)

  await database.raw.deleteFrom('log').execute()
  await database.raw.deleteFrom('log_checkpoints').execute()
  await database.raw.deleteFrom('log_head').execute()
  assert.equal((await log(database, 'verify', keys)).code, 2, 'nothing that could be proven')
  const lost = await log(database, `verify --checkpoints ${file}`, keys)
  assert.equal(lost.code, 1)
  assert.match(lost.out, /^FAULT {2}positions 1 to 53 are missing\n/)
  assertRefused(
    await log(database, `verify --checkpoints ${join(folder, 'nothing.txt')}`),
    /holds no checkpoint/,
  )
})

writeFileSync(
  join(folder, 'nothing.txt'),
  'no line of a gate\n{"event":{"event":"log.checkpoint"}}\n',
)

/** What collectors make of a gate's log: words before each line, lines of others, halves. */
async function checkpointLines({ store }: LogDatabase): Promise<string> {
  const rows = await store.log.find({ event: 'log.checkpoint' }, { after: 0 }, 10)
  const [first, second, third] = rows.map(({ position, event, at, detail }) => {
    const told = { position, event, at, detail: JSON.parse(detail ?? '') }
    return JSON.stringify({ level: 30, time: at, event: told, msg: 'event' })
  })
  return [
    '{"level":30,"msg":"log.checkpoint, but in words"}',
    first,
    'Nov 28 00:00:01 reception qrgate[812]: {"level":30,"msg":"request"}',
    `Nov 28 00:00:01 reception qrgate[812]: ${second}`,
    second?.slice(0, 200),
    '{"event":{"event":"log.checkpoint","detail":{"position":"1","seal":2,"at":3,"key":4,"signature":5}}}',
    'null log.checkpoint',
    third,
    '',
  ].join('\n')
}

test('qrgate log export: however long, all of it, sealed and unsealed', async () => {
  const database = await openSqliteLog({ after })
  await database.store.log.add(mixed(now, 600))
  await database.store.log.add(mixed(now, 600))
  await sealAll(database.store)
  await database.store.log.add(mixed(now, 600))
  const rows = await exported(database)
  const positions = Array.from({ length: 1_200 }, (_, n) => n + 1)
  assert.deepEqual(
    rows.map(({ position }) => position),
    [...positions, ...Array(600).fill(null)],
  )
  assert.equal(new Set(rows.map(({ digest }) => digest)).size, 1_800)
  const filtered = await exported(database, '--event sign_in')
  assert.equal(
    filtered.length,
    rows.filter(({ event }) => `${event}`.startsWith('sign_in.')).length,
  )

  // Whoever closes the pipe early, as `head` does, has seen enough.
  for (const args of ['export', 'export --format csv', 'show --limit 5000']) {
    const { line, code, err } = await firstLine(database, args)
    assert.equal(code, 0, args)
    assert.match(err, /^Database: .*\n$/, args)
    assert.ok(line.length > 0)
  }
})

async function firstLine({ url }: LogDatabase, args: string) {
  const child = spawn(process.execPath, ['-C', 'source', cli, 'log', ...args.split(' ')], {
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let err = ''
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const ended = once(child, 'close')
  const [chunk] = await once(child.stdout, 'data')
  child.stdout.destroy()
  const [code] = await ended
  return { line: `${chunk}`.split('\n')[0] ?? '', code, err }
}

test('qrgate log show: what is erased says so', async () => {
  const database = await openSqliteLog({ after })
  await database.store.log.add([visit(now - 200 * day), change(now - 100 * day)])
  await sealAll(database.store)
  await keepAll(database.store, now)
  const { out } = await log(database, 'show')
  const lines = out.trimEnd().split('\n')
  assert.equal(lines[0], '       1  erased')
  assert.match(lines[3] ?? '', /log\.erased {16}log {3}by system gate {2}\{"positions":"1"\}$/)
  const [row] = await exported(database)
  assert.deepEqual([row?.at, row?.time, row?.event, row?.salt], [null, null, null, null])
})
