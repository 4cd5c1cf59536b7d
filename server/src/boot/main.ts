import closeWithGrace from 'close-with-grace'
import { type Config, type Mode, readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { databaseName } from '../store/database-trouble.ts'
import { type App, createApp } from './app.ts'
import { makeDataFolder } from './data-folder.ts'
import { prepareDemo } from './demo.ts'
import type { Environment } from './environment/take.ts'
import type { Greeted } from './greeting.ts'
import { cannotListen, freePort, requireFree } from './listening.ts'
import { takeFolder, writeAddress } from './one-demo.ts'
import { keepPrivate } from './own-paths.ts'
import { whyNoPhone } from './phones-reach.ts'
import { prepareDatabase } from './prepare-database.ts'
import { withSecretKey } from './secret-key.ts'

/**
 * Runs a gate until it is told to stop; then finishes what is in flight within 5 s.
 * @param withReception where it is a demo, whether reception and people to sign in as are part of it.
 * @param environment where its settings have come from, for its log.
 * @throws OperatorError saying what stands in the way of its start.
 */
export async function runGate(
  mode: Mode,
  withReception = true,
  environment?: Environment,
): Promise<void> {
  // What it prints never decides whether it runs: the disk may be full, or nobody read any more.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const given = readConfig(process.env, mode)
  const usualPort = given.port
  const isWhole = mode === 'demo' && withReception
  if (mode === 'demo') makeDataFolder(given.dataDir)
  if (isWhole) takeFolder(given)
  const config = withSecretKey(mode === 'demo' ? await withFreePort(given) : given)
  const logger = createLogger(config.logLevel)
  logger.info({ file: environment?.file ?? null }, 'settings read')
  for (const name of environment?.unknown ?? []) logger.warn(name)
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

  const grace = closeWithGrace({ delay: 5_000, logger }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'stopping after an unexpected error')
    else logger.info({ signal }, 'stopping')
    await app?.close()
  })
  const begin = async () => {
    logger.info({ database: databaseName(config.databaseUrl) }, 'starting')
    await prepareDatabase(config, logger)
    const demo = isWhole ? await prepareDemo(config, logger) : undefined
    app = await createApp(config, logger, undefined, demo)
    if (mode === 'demo') writeAddress(config)
    await app.listen()
    return demo
  }
  const demo = await begin().catch(async error => {
    const why = cannotListen(error, config)
    // It would end with 0 what could not begin.
    grace.uninstall()
    await app?.close()
    logger.debug({ err: error }, 'it could not start')
    throw why
  })
  await demo?.reception?.start()
  if (mode !== 'demo') return
  // What draws its QR is nothing for serve.
  const { greeting } = await import('./greeting.ts')
  const noPhone = await whyNoPhone(config, process.env)
  process.stdout.write(await greeting({ config, demo, usualPort, output: output(), noPhone }))
}

function output(): Greeted['output'] {
  // Undefined, whatever its type says, where it is no terminal.
  if (process.stdout.isTTY !== true) return 'file'
  return process.stdout.hasColors() ? 'colours' : 'plain'
}

/** Whoever has said which port it is, or by which address it is reached, wants that and no other. */
async function withFreePort(config: Config): Promise<Config> {
  if (process.env.PORT || process.env.PUBLIC_URL) {
    await requireFree(config)
    return config
  }
  const port = await freePort(config)
  return port === config.port ? config : readConfig({ ...process.env, PORT: `${port}` }, 'demo')
}
