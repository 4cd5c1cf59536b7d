import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { generate } from 'lean-qr'
import { type Config, type Mode, readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { OperatorError } from '../operator-error.ts'
import { type App, createApp } from './app.ts'

/** Runs a gate until it is told to stop; then finishes what is in flight within 5 s. */
export async function runGate(mode: Mode): Promise<void> {
  const config = withSecretKey(readConfig(process.env, mode))
  const logger = createLogger(config.logLevel)
  if (mode === 'serve' && config.seedApi) {
    logger.warn('QRGATE_SEED_API is on: anybody may start a sign-in through the seed routes')
  }
  let app: App | undefined

  closeWithGrace({ delay: 5_000, logger }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'stopping after an unexpected error')
    else logger.info({ signal }, 'stopping')
    await app?.close()
  })
  app = await createApp(config, logger)
  await app.listen()
  if (mode === 'demo') process.stdout.write(greeting(config.publicUrl))
}

/** A demo makes its own key at the first start and keeps it, so that restarts lose nothing. */
function withSecretKey(config: Config): Config {
  if (config.mode !== 'demo' || config.secretKeys.length > 0) return config
  mkdirSync(config.dataDir, { recursive: true })
  const file = join(config.dataDir, 'secret-key')
  // Written whole under another name and then linked: of two demos that start at once both read the
  // same key, and a full disk leaves no half of one.
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const key = readFileSync(file, 'utf8').trim()
  if (Buffer.byteLength(key) < 32) {
    throw new OperatorError(`${file} is damaged; remove it, and the next start makes a new key.`)
  }
  return { ...config, secretKeys: [key] }
}

function greeting(publicUrl: string): string {
  // Colours make it dark on light in every terminal; without them light blocks must do.
  const colours = { on: '\x1b[40m  ', off: '\x1b[107m  ', lf: '\x1b[0m\n' }
  const blocks = { on: '  ', off: '██' }
  const cells = process.stdout.isTTY ? colours : blocks
  const qr = generate(`${publicUrl}/kiosk`).toString({ ...cells, pad: 4 })
  return `
${qr}

  QRGate demo. Anybody may sign up here; use it to try things out, not in production.

  Kiosk and phone side by side   ${publicUrl}/demo
  Kiosk alone                    ${publicUrl}/kiosk
  API                            ${publicUrl}/api/docs

  Scan the code above with a tablet to make it a kiosk; then scan the kiosk with your phone's
  camera. Both must be in this network. Stop with Ctrl+C.

`
}
