import closeWithGrace from 'close-with-grace'
import { generate } from 'lean-qr'
import { type Mode, readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { type App, createApp } from './app.ts'
import { keepPrivate } from './own-paths.ts'
import { withSecretKey } from './secret-key.ts'

/** Runs a gate until it is told to stop; then finishes what is in flight within 5 s. */
export async function runGate(mode: Mode): Promise<void> {
  const config = withSecretKey(readConfig(process.env, mode))
  const logger = createLogger(config.logLevel)
  if (mode === 'serve' && config.seedApi) {
    logger.warn('QRGATE_SEED_API is on: anybody may start a sign-in through the seed routes')
  }
  for (const path of keepPrivate(config)) {
    logger.warn(
      { path },
      'other users of this machine can get at it; qrgate doctor says what to do',
    )
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
