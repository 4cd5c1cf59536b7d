import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import pino from 'pino'
import { createAccess } from './access.ts'
import { openDatabase, saveCopy } from './database.ts'
import { takeEnvFile } from './env-file.ts'
import { createReception } from './reception.ts'

/** @throws Error that says in a sentence which variable is missing, or what it should be. */
function setting(name: string, usual?: string, isIt = (_: string) => true, should = ''): string {
  const value = process.env[`RECEPTION_${name}`] || usual
  if (value === undefined) throw new Error(`RECEPTION_${name} must be set.`)
  if (!isIt(value)) throw new Error(`RECEPTION_${name} must be ${should}.`)
  return value
}

const isAddress = (value: string) => /^https?:/.test(value) && URL.canParse(value)
const origin = (name: string, usual?: string) =>
  new URL(setting(name, usual, isAddress, 'an address like https://gate.example.org')).origin

const dataDir = () => setting('DATA_DIR', join(process.cwd(), 'reception-data'))
const port = () => Number(setting('PORT', '8090', isPort, 'a number from 1 to 65535'))
const publicUrl = () => origin('PUBLIC_URL', `http://localhost:${port()}`)
const isPort = (value: string) => /^[1-9]\d*$/.test(value) && Number(value) < 65_536
const isLevel = (value: string) => value === 'silent' || value in pino.levels.values
const asPrinted = 'as `qrgate client add` has printed it'
// Of another one the log would tell, as no header can hold it.
const isCredential = (value: string) => /^[\w-]+$/.test(value)
const areSecrets = (value: string) =>
  value.split(/\s+/).every(one => /^whsec_[A-Za-z0-9+/]+=*$/.test(one))

async function serve(): Promise<void> {
  const logger = pino({ level: setting('LOG_LEVEL', 'info', isLevel, 'a level of pino') })
  const [host, at] = [setting('HOST', '127.0.0.1'), port()]
  const reception = await createReception({
    gate: origin('GATE'),
    credential: setting('CREDENTIAL', undefined, isCredential, asPrinted),
    webhookSecrets: setting('WEBHOOK_SECRET', undefined, areSecrets, asPrinted).split(/\s+/),
    ...{ dataDir: dataDir(), publicUrl: publicUrl(), base: '', logger },
  })
  await reception.listen({ host, port: at }).catch(async (error: NodeJS.ErrnoException) => {
    await reception.close()
    const isTaken = error.code === 'EADDRINUSE' && 'another program listens there'
    throw new Error(`${host}:${at} cannot be had: ${isTaken || error.message}.`)
  })
  // Not before: it would end with 0 what could not begin.
  closeWithGrace({ delay: 5_000 }, async ({ err }) => {
    if (err) logger.error({ err }, 'reception has failed')
    await reception.close()
  })
  await reception.start()
}

/** @throws Error where no reception has run: whatever were made there would open nothing. */
function existing(folder: string): string {
  if (existsSync(folder)) return folder
  throw new Error(
    `There is no ${folder}: say it where reception is started, or set RECEPTION_DATA_DIR.`,
  )
}

async function desk(): Promise<void> {
  const db = openDatabase(existing(dataDir()))
  const link = await createAccess(db, Date.now).makeLink()
  process.stdout.write(
    `${publicUrl()}/desk#link=${link}\nOpens one browser as a desk, once, within an hour.\n`,
  )
  await db.destroy()
}

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
const program = new Command('qrgate-reception')
  .description('Numbers, a desk and a board for the visitors of a QRGate kiosk.')
  .version(`qrgate-reception ${JSON.parse(manifest).version}`)
program.command('serve', { isDefault: true }).description('run it').action(serve)
program.command('desk').description('print a link that opens a browser as a desk').action(desk)
program
  .command('backup <file>')
  .description('copy the data, while it runs; the file must not be there yet')
  .action((file: string) => saveCopy(dataDir(), file))

process.umask(0o077)
// Without a `.env` the environment says it all; one that cannot be read is a fault.
program
  .option('-e, --env-file <path>', 'read settings from this file, not from .env in this folder')
  .hook('preAction', () => {
    const { envFile } = program.opts<{ envFile?: string }>()
    for (const words of takeEnvFile(envFile, process.env)) {
      process.stderr.write(`qrgate-reception: ${words}\n`)
    }
  })

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`qrgate-reception: ${error.message}\n`)
  process.exitCode = 1
})
