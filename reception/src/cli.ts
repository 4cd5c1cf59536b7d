import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import pino from 'pino'
import { createAccess } from './access.ts'
import { openDatabase, saveCopy } from './database.ts'
import { createReception } from './reception.ts'

/** @throws Error that says in a sentence which variable is missing. */
function setting(name: string, usual?: string): string {
  const value = process.env[`RECEPTION_${name}`] || usual
  if (value === undefined) throw new Error(`RECEPTION_${name} must be set.`)
  return value
}

const dataDir = () => setting('DATA_DIR', join(process.cwd(), 'reception-data'))
const port = () => Number(setting('PORT', '8090'))
const publicUrl = () => new URL(setting('PUBLIC_URL', `http://localhost:${port()}`)).origin

async function serve(): Promise<void> {
  const logger = pino({ level: setting('LOG_LEVEL', 'info') })
  const reception = await createReception({
    gate: new URL(setting('GATE')).origin,
    credential: setting('CREDENTIAL'),
    webhookSecrets: setting('WEBHOOK_SECRET').split(/\s+/),
    ...{ dataDir: dataDir(), publicUrl: publicUrl(), base: '', logger },
  })
  closeWithGrace({ delay: 5_000 }, async ({ err }) => {
    if (err) logger.error({ err }, 'reception has failed')
    await reception.close()
  })
  await reception.listen({ host: setting('HOST', '127.0.0.1'), port: port() })
  await reception.start()
}

async function desk(): Promise<void> {
  const db = openDatabase(dataDir())
  const link = await createAccess(db, Date.now).makeLink()
  process.stdout.write(
    `${publicUrl()}/desk#link=${link}\nOpens one browser as a desk, once, within an hour.\n`,
  )
  await db.destroy()
}

const program = new Command('qrgate-reception').description(
  'Numbers, a desk and a board for the visitors of a QRGate kiosk.',
)
program.command('serve', { isDefault: true }).description('run it').action(serve)
program.command('desk').description('print a link that opens a browser as a desk').action(desk)
program
  .command('backup <file>')
  .description('copy the data, while it runs; the file must not be there yet')
  .action((file: string) => saveCopy(dataDir(), file))

process.umask(0o077)
try {
  process.loadEnvFile()
} catch {
  // No `.env` here: the environment says it all.
}

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`qrgate-reception: ${error.message}\n`)
  process.exitCode = 1
})
