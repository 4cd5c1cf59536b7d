import { Command } from 'commander'
import { type Mode, WrongSettings } from '../config.ts'
import { Refusal } from '../errors.ts'
import { sentence } from '../http/server/sentences.ts'
import { OperatorError } from '../operator-error.ts'
import { UnusableDatabase } from '../store/database-trouble.ts'
import { type Environment, sourceOf, takeEnvironment } from './environment/take.ts'
import { outliveOutput } from './output.ts'
import { version } from './version.ts'

/** Where commands are; loaded when one is called: all of them together would cost each call a third of a second. */
const load = {
  account: () => import('./account-command.ts'),
  accountImport: () => import('./account-import-command.ts'),
  invitation: () => import('./invitation-command.ts'),
  backup: () => import('./backup-command.ts'),
  client: () => import('./client-command.ts'),
  clientServices: () => import('./client-services-command.ts'),
  delivery: () => import('./delivery-command.ts'),
  doctor: () => import('./doctor/examine.ts'),
  gate: () => import('./main.ts'),
  keys: () => import('./keys-command.ts'),
  kiosk: () => import('./kiosk-command.ts'),
  log: () => import('./log-command.ts'),
  migrate: () => import('./migrate-command.ts'),
  policy: () => import('./policy-command.ts'),
  restore: () => import('./restore-command.ts'),
  site: () => import('./site-command.ts'),
}

/** A command whose module is loaded when it is called. */
function loaded<Module, Given extends unknown[]>(
  module: () => Promise<Module>,
  command: (module: Module) => (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async (...given) => command(await module())(...given)
}

/** Undefined until a command begins. */
let environment: Environment | undefined

async function run(mode: Mode, withReception?: boolean): Promise<void> {
  const { runGate } = await load.gate()
  try {
    await runGate(mode, withReception, environment)
  } catch (error) {
    process.stderr.write(`qrgate: ${isKnown(error) ? wordsOf(error) : whyNot(error)}\n`)
    // What was begun already would keep the process.
    process.exit(1)
  }
}

/** What keeps a gate from starting, in a sentence; a stack would help nobody who runs it. */
function whyNot(error: unknown): string {
  if (isSystems(error)) return systemsWords(error)
  const words = error instanceof Error ? error.message : String(error)
  return `The gate cannot start: ${words.replace(/\.$/, '')}. QRGATE_LOG_LEVEL=debug shows where.`
}

/** Of a file or a folder, as the system says it. */
function isSystems(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  return typeof code === 'string' && typeof syscall === 'string'
}

function systemsWords({ code, path, syscall, message }: NodeJS.ErrnoException): string {
  if (syscall === 'uv_cwd') return 'This folder is not there any more; go to another one.'
  const what = path === undefined ? message : `${path} cannot be used (${code})`
  return `${what}; the gate’s user must own it, and QRGATE_DATA_DIR may name another folder.`
}

/** What is shown to people can be had by programs too. */
function listing(command: Command): Command {
  return command.option('--json', 'one JSON document, for programs')
}

function isKnown(error: unknown): error is OperatorError | Refusal {
  return error instanceof OperatorError || error instanceof Refusal
}

function wordsOf(error: OperatorError | Refusal): string {
  // Why a database is busy, only its message says.
  if (error instanceof Refusal && error.code === 'outcome_unknown') {
    return `It is not known whether that was done; look before you do it again (${error.message}).`
  }
  if (error instanceof Refusal && error.code !== 'storage_busy') return sentence(error.code, 'en')
  const isMissing = error instanceof WrongSettings && error.isMissing
  const isNowhere = error instanceof UnusableDatabase && error.trouble === 'missing'
  if (!environment || !(isMissing || isNowhere)) return error.message
  return `${error.message}\n${sourceOf(environment)}`
}

/** Commands that say themselves which names are no settings. */
const tellsOfNames = new Set(['demo', 'serve', 'doctor'])

/** All commands, which docs/commands.md is written from. */
export const program = new Command('qrgate')
  .description('On-site sign-in: a kiosk shows a QR code, a phone signs in, the kiosk knows.')
  .version(`qrgate ${version()}`)
  // Node looks at the long word too, and says by itself that there is no such file.
  .option('-e, --env-file <path>', 'read settings from this file, not from .env in this folder')
  .configureHelp({ showGlobalOptions: true })
  .hook('preAction', (_program, command) => {
    // What a gate prints never decides whether it runs.
    if (!['demo', 'serve'].includes(command.name())) outliveOutput()
    environment = takeEnvironment(program.opts<{ envFile?: string }>().envFile)
    if (tellsOfNames.has(command.name())) return
    for (const name of environment.unknown) process.stderr.write(`qrgate: ${name}\n`)
  })

program
  .command('demo')
  .description('try it out: works at once, on any machine, with open sign-up')
  .option('--no-reception', 'only signing in: no desk, no numbers, nobody to sign in as')
  .action(({ reception }: { reception: boolean }) => run('demo', reception))

program
  .command('serve')
  .description('run in production: refuses to start where a setting would be unsafe')
  .action(() => run('serve'))

program
  .command('migrate')
  .option('--new-key', 'the SECRET_KEY before is lost: the database is this one’s from now on')
  .description('bring the database up to date, and stop; makes it where there is none')
  .action(loaded(load.migrate, of => of.migrateDatabase))

program
  .command('backup')
  .argument('<file>', 'where the copy goes; takes the place of an older backup')
  .description('copy the SQLite database, also while the gate runs')
  .action(loaded(load.backup, of => of.backUp))

program
  .command('restore')
  .argument('[file]', 'a backup; without one a Postgres database, after pg_restore')
  .option('--new-key', 'the SECRET_KEY of the backup is lost')
  .description('put a backup where no database is; what was under way in it is void')
  .action(loaded(load.restore, of => of.restore))

program
  .command('doctor')
  .option('--json', 'as an array of {mark, about, words}')
  .description('check settings, database, Redis, clock and TLS, and say what to do')
  .action(async ({ json }: { json?: boolean }) => {
    const { examine } = await load.doctor()
    await examine(environment, json)
  })

const kiosk = program.command('kiosk').description('screens that may start sign-ins')
kiosk
  .command('add')
  .argument('<name>', 'shown on the screen and on phones, e.g. "1층 접수 1번"')
  .option('--name-en <name>', 'the same in English; default: the name')
  .option('--backend', 'print a credential for a backend instead of a link for a screen')
  .option('--client <id>', 'the client that serves whoever signs in here')
  .description('add a kiosk; prints the one-time link to open on its screen')
  .action(loaded(load.kiosk, of => of.addKiosk))
listing(kiosk.command('list'))
  .description('all kiosks')
  .action(loaded(load.kiosk, of => of.listKiosks))
kiosk
  .command('set')
  .argument('<number>', 'as `list` shows it')
  .option('--name <name>', 'shown on the screen and on phones')
  .option('--name-en <name>', 'the same in English')
  .option('--client <id>', 'the client that serves whoever signs in here, or none')
  .description('change a kiosk, on every node within 5 s')
  .action(loaded(load.kiosk, of => of.setKiosk))
kiosk
  .command('revoke')
  .argument('<number>', 'as `list` shows it')
  .description('switch a kiosk off, on every node within 5 s')
  .action(loaded(load.kiosk, of => of.revokeKiosk))
kiosk
  .command('remove')
  .argument('<number>', 'as `list` shows it')
  .description('take a kiosk that was switched off from the list; its number is given to no other')
  .action(loaded(load.kiosk, of => of.removeKiosk))
kiosk
  .command('link')
  .argument('<number>', 'as `list` shows it')
  .description('a new one-time link, for a screen that has lost its profile or for another screen')
  .action(loaded(load.kiosk, of => of.linkKiosk))
kiosk
  .command('policy')
  .argument('<number>', 'as `list` shows it')
  .argument('[file]', 'sets it from this JSON file, or from standard input where it is "-"')
  .option('--effective', 'print what holds, with the defaults')
  .description('print or set what a kiosk shows and which ways to sign in are open there')
  .action(loaded(load.policy, of => of.kioskPolicy))

const client = program
  .command('client')
  .description('systems that are told who has signed in at their kiosks')
const claims = 'besides an opaque `sub`, by commas: masked_name, name, account_id, external_id'
const endpoint = 'where its webhooks go: https, or http in your own network'
client
  .command('add')
  .argument('<id>', 'lowercase letters, digits and hyphens; never given twice')
  .argument('<name>', 'shown to visitors who are asked what it may be told, e.g. "서울내과"')
  .option('--name-en <name>', 'the same in English; default: the name')
  .option('--claims <names>', `what it may be told ${claims}`, 'none')
  .option('--endpoint <url>', endpoint)
  .description('add a client; prints its credential and its webhook secret, once')
  .action(loaded(load.client, of => of.addClient))
listing(client.command('list'))
  .description('all clients')
  .action(loaded(load.client, of => of.listClients))
listing(client.command('show'))
  .argument('<id>', 'which one')
  .description('all there is to know of a client, but for its secrets')
  .action(loaded(load.client, of => of.showClient))
client
  .command('set')
  .argument('<id>', 'which one')
  .option('--name <name>', 'shown to visitors')
  .option('--name-en <name>', 'the same in English')
  .option('--claims <names>', `all that it may be told ${claims}; or none`)
  .option('--endpoint <url>', `${endpoint}; or none`)
  .option('--staff-calls <on|off>', 'whether it hears of visitors who call for somebody')
  .option('--webhooks <on>', 'switch them on again, after three days in which none got through')
  .description('change a client; what is taken away counts at once')
  .action(loaded(load.client, of => of.setClient))
client
  .command('services')
  .argument('<id>', 'which one')
  .argument('[file]', 'sets them from this JSON file, or from standard input where it is "-"')
  .description('print or set what visitors may ask a client for')
  .action(loaded(load.clientServices, of => of.clientServices))
client
  .command('rotate')
  .argument('<id>', 'which one')
  .option('--credential', 'only its credential')
  .option('--webhook', 'only its webhook secret')
  .option('--now', 'the old ones end at once, and not in a week')
  .description('make new secrets, and print them once')
  .action(loaded(load.client, of => of.rotateClient))
client
  .command('remove')
  .argument('<id>', 'which one')
  .description('tell a client nothing any more, at once and for good')
  .action(loaded(load.client, of => of.removeClient))

const delivery = program.command('delivery').description('what clients were notified of')
listing(delivery.command('list'))
  .option('--client <id>', 'only to this client')
  .option('--open', 'only what is still to arrive')
  .option('--failed', 'only what was given up')
  .option('--limit <count>', 'at most so many', '50')
  .description('the newest deliveries of the last seven days, the latest one last')
  .action(loaded(load.delivery, of => of.listDeliveries))
delivery
  .command('resend')
  .argument('<id>', 'as `list` shows it')
  .description('send a notification again, under the same id')
  .action(loaded(load.delivery, of => of.resendDelivery))

const account = program.command('account').description('people who may sign in')
account
  .command('add')
  .argument('<id>', 'what the person types to sign in')
  .option('--name <name>', 'shown to its owner, and masked on the kiosk', '')
  .option('--external-id <id>', 'what another system calls this person, e.g. a patient number')
  .description('add an account; asks for the password, or reads it from standard input')
  .action(loaded(load.account, of => of.addAccount))
account
  .command('import')
  .argument('<file>', 'an SQLite database, a CSV file, or one JSON object a line')
  .option('--table <name>', 'table of the database; users and user are found')
  .option('--id-column <name>', 'column or field that holds the id; id and user_id are found')
  .option('--hash-column <name>', 'that holds the hash; password and user_pwd are found')
  .option(
    '--name-column <name>',
    'column or field that holds the name, or none; name, user_name and the like are found',
  )
  .option('--external-id-column <name>', 'column or field that holds the external id')
  .option(
    '--rename <old=new>',
    'who has this id in the file has another one here; may be said again',
    (pair: string, before: string[] = []) => [...before, pair],
  )
  .option('--ids <file>', 'the same for many: a CSV file with lines of OLD,NEW')
  .option('--dry-run', 'only say what would happen')
  .option('--json', 'what became of each row, as one JSON document')
  .description(
    'take over accounts with their bcrypt or argon2id hashes; safe to repeat; exit code 2 if somebody was left out',
  )
  .action(loaded(load.accountImport, of => of.importFile))
account
  .command('set')
  .argument('<id>', 'whose account to change')
  .option('--id <id>', 'what this person types from now on')
  .option('--name <name>', 'shown to its owner, and masked on the kiosk; empty for none')
  .option('--external-id <id>', 'what another system calls this person; none takes it away')
  .description('change an account; it stays the same one to all who know it')
  .action(loaded(load.account, of => of.setAccount))
listing(account.command('list'))
  .option('--client <client>', 'also by which sub this client knows each')
  .description('all accounts')
  .action(loaded(load.account, of => of.listAccounts))
account
  .command('password')
  .argument('<id>', 'whose password to change')
  .description('change a password; asks for it, or reads it from standard input')
  .action(loaded(load.account, of => of.changePassword))
account
  .command('recover')
  .argument('<id>', 'who has lost their password')
  .description('make a link by which its owner sets a new password: once, within 30 minutes')
  .action(loaded(load.account, of => of.recoverAccount))
account
  .command('disable')
  .argument('<id>', 'who may no longer sign in')
  .description('shut an account out, at once')
  .action(loaded(load.account, of => of.disableAccount))
account
  .command('enable')
  .argument('<id>', 'who may sign in again')
  .description('let an account in again')
  .action(loaded(load.account, of => of.enableAccount))
account
  .command('remove')
  .argument('<id>', 'whose account to remove')
  .option('--yes', 'do not ask: for scripts')
  .description('remove an account for good, with all that is known of it')
  .action(loaded(load.account, of => of.removeAccount))
account
  .command('invite')
  .option('--days <number>', 'how long it is good; default: 7')
  .option('--uses <number>', 'how many accounts it adds; default: 1')
  .description('a code to sign up with where QRGATE_REGISTRATION is invitation; shown once')
  .action(loaded(load.invitation, of => of.invite))
listing(account.command('invitations'))
  .description('invitations that are good still, by the first letters of their codes')
  .action(loaded(load.invitation, of => of.listInvitations))
account
  .command('uninvite')
  .argument('<code>', 'its first letters, as `invitations` shows them, or all of it')
  .description('void an invitation')
  .action(loaded(load.invitation, of => of.uninvite))

const site = program.command('site').description('what the place says of itself')
site
  .command('notice')
  .argument('[file]', 'sets it from this JSON file, or from standard input where it is "-"')
  .option('--settings', 'go back to what QRGATE_SIGN_UP_… and QRGATE_PRIVACY_URL say')
  .option('--agreed <version>', 'print what somebody has agreed to, as the log names it')
  .description('print or set what whoever signs up is told, on every node within 5 s')
  .action(loaded(load.site, of => of.siteNotice))

const keys = program.command('keys').description('keys that sign ID tokens')
listing(keys.command('list'))
  .description('all keys that are published')
  .action(loaded(load.keys, of => of.listKeys))
keys
  .command('rotate')
  .option('--in <time>', 'when the new key begins to sign, e.g. 10m or 2d; default: 1h')
  .option('--now', 'for a leaked key: the new one signs at once, and all others are gone')
  .description('add a new key; the old one stays published until its last token is over')
  .action(loaded(load.keys, of => of.rotate))

const log = program.command('log').description('what happened, sealed against changes')
listing(log.command('verify'))
  .option('--checkpoints <file>', "lines of the gate's own log, kept elsewhere, to compare with")
  .description(
    'prove that no event was changed, removed, inserted or moved; exit code 1 if one was, 2 if unsure',
  )
  .action(loaded(load.log, of => of.verify))
const filtered = (command: Command) =>
  command
    .option('--since <time>', 'a date, a date with a time, or 24h, 7d …')
    .option('--until <time>', 'likewise; what happened before it')
    .option('--kiosk <number>', 'only what happened there')
    .option('--account <id>', 'only what this account did, or what was done to it')
    .option('--event <name>', 'e.g. kiosk.revoked, or kiosk for all of a kind')
listing(filtered(log.command('show')))
  .option('--limit <count>', 'at most so many', '50')
  .description('the newest events, the latest one last')
  .action(loaded(load.log, of => of.show))
filtered(log.command('export'))
  .option('--format <format>', 'jsonl or csv', 'jsonl')
  .description('all events, on standard output, with what proves them')
  .action(loaded(load.log, of => of.exportLog))

/** Does what was typed; what went wrong is a sentence on standard error, and exit code 1. */
export async function runProgram(): Promise<void> {
  // Whatever the program makes is for its own user alone.
  process.umask(0o077)
  try {
    await program.parseAsync()
  } catch (error) {
    if (!isKnown(error) && !isSystems(error)) throw error
    process.stderr.write(`qrgate: ${isKnown(error) ? wordsOf(error) : systemsWords(error)}\n`)
    // A connection that was refused half-way may never close.
    process.exit(1)
  }
}
