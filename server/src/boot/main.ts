import closeWithGrace from 'close-with-grace'
import { generate } from 'lean-qr'
import { type Config, type Mode, readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { type App, createApp } from './app.ts'
import { type Demo, type DemoReception, prepareDemo } from './demo.ts'
import { keepPrivate } from './own-paths.ts'
import { withSecretKey } from './secret-key.ts'

/**
 * Runs a gate until it is told to stop; then finishes what is in flight within 5 s.
 * @param withReception where it is a demo, whether reception and people to sign in as are part of it.
 */
export async function runGate(mode: Mode, withReception = true): Promise<void> {
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
  const demo = mode === 'demo' && withReception ? await prepareDemo(config, logger) : undefined
  app = await createApp(config, logger, undefined, demo)
  await app.listen()
  await demo?.reception?.start()
  if (mode === 'demo') process.stdout.write(await greeting(config, demo))
}

async function greeting({ publicUrl }: Config, demo: Demo | undefined): Promise<string> {
  const reception = demo?.reception
  // Colours make it dark on light in every terminal; without them light blocks must do.
  const colours = { on: '\x1b[40m  ', off: '\x1b[107m  ', lf: '\x1b[0m\n' }
  const blocks = { on: '  ', off: '██' }
  const cells = process.stdout.isTTY ? colours : blocks
  const qr = generate(`${publicUrl}/kiosk`).toString({ ...cells, pad: 4 })
  const addresses = await addressesOf(reception)
  const remark =
    demo && !reception
      ? '  Without reception: a client demo-reception that no demo has made is there already.\n\n'
      : ''
  return `
${qr}

  QRGate demo. Anybody may sign up here; use it to try things out, not in production.

${addresses.map(([what, address]) => `  ${what.padEnd(26)} ${publicUrl}${address}`).join('\n')}

${remark}  Scan the code above with a tablet to make it a kiosk; then scan the kiosk with your phone's
  camera. Both must be in this network. Stop with Ctrl+C.

`
}

/** The code makes one browser the desk, which shows names. */
async function addressesOf(reception: DemoReception | undefined): Promise<[string, string][]> {
  const own: [string, string][] = [
    ['Kiosk alone', '/kiosk'],
    ['API', '/api/docs'],
  ]
  if (!reception) return [['Kiosk and phone', '/demo'], ...own]
  const demo = `/demo#desk=${await reception.deskCode()}`
  return [['Kiosk, phone and desk', demo], ['Waiting room’s board', '/reception/board'], ...own]
}
