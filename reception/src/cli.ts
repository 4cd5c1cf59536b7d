import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import pino from 'pino'
import { createAccess } from './access.ts'
import { backUp, restore } from './backup.ts'
import { openDatabase } from './database.ts'
import { takeEnvFile } from './env-file.ts'
import { createLogger } from './log.ts'
import { createReception } from './reception.ts'

/** @throws Error that says in a sentence which variable is missing, or what it should be. */
function setting(name: string, usual?: string, isIt = (_: string) => true, should = ''): string {
  const value = process.env[`RECEPTION_${name}`] || usual
  if (value === undefined) throw new Error(`RECEPTION_${name} must be set.`)
  if (!isIt(value)) throw new Error(`RECEPTION_${name} must be ${should}.`)
  return value
}

// What stands behind the host would not be used.
const isAddress = (value: string) => /^https?:\/\/[^/?#@\s]+\/?$/.test(value) && URL.canParse(value)
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
  const logger = createLogger(setting('LOG_LEVEL', 'info', isLevel, 'a level of pino'))
  const [host, at] = [setting('HOST', '127.0.0.1'), port()]
  const reception = await createReception({
    gate: origin('GATE'),
    credential: setting('CREDENTIAL', undefined, isCredential, asPrinted),
    webhookSecrets: setting('WEBHOOK_SECRET', undefined, areSecrets, asPrinted).split(/\s+/),
    ...{ dataDir: dataDir(), publicUrl: publicUrl(), base: '', logger },
  })
  await reception.listen({ host, port: at }).catch(async (error: NodeJS.ErrnoException) => {
    await reception.close()
    throw new Error(whyNotThere(error, host, at))
  })
  // Not before: it would end with 0 what could not begin.
  closeWithGrace({ delay: 5_000 }, async ({ err }) => {
    if (err) logger.error({ err }, 'reception has failed')
    await reception.close()
  })
  await reception.start()
}

/** Why nobody can listen there, in a sentence that names the setting. */
function whyNotThere({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const own = 'leave RECEPTION_HOST out, or set it to an address of this machine'
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens at ${where}; set RECEPTION_PORT to another one.`
    case 'EACCES':
      return `This user may not listen at ${where}; set RECEPTION_PORT to one from 1024 on.`
    case 'EADDRNOTAVAIL':
      return `RECEPTION_HOST ${host} is no address of this machine; ${own}.`
    default:
      return `${where} cannot be listened at (${code ?? message}); ${own}.`
  }
}

async function desk(): Promise<void> {
  const { db } = openDatabase(dataDir(), 'use')
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
  .description('copy the data, while it runs; an older backup of that name is replaced')
  .action((file: string) => {
    const contents = backUp(dataDir(), file)
    process.stdout.write(`Backed up to ${file}: ${contents}.\n`)
  })
program
  .command('restore <file>')
  .description('put a backup where no data is; reception must not run')
  .action((file: string) => {
    process.stdout.write(`Restored into ${dataDir()}: ${restore(dataDir(), file)}.
Numbers that were given since then are not in it, and would be given again.
Desks need new links: qrgate-reception desk. Start reception.
`)
  })

// Whoever reads may have seen enough, as `head` does; the log goes on without.
process.stderr.on('error', () => {})
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return
  process.exitCode = 1
  process.stderr.write(`qrgate-reception: the output cannot be written (${code}).\n`)
})

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
  process.stderr.write(`qrgate-reception: ${error.message.replaceAll(/\s+/g, ' ')}\n`)
  process.exitCode = 1
})
