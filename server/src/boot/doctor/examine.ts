import { type Config, readConfig } from '../../config.ts'
import { checkAddress } from './address.ts'
import { checkDatabase } from './database.ts'
import { type Finding, messageOf } from './finding.ts'
import { checkDataDir, checkLogLevel, checkPrivacy, checkTimeZone } from './machine.ts'
import { checkRedis } from './redis.ts'

/** `qrgate doctor`: looks at everything that `serve` needs; exit code 1 when something fails. */
export async function examine(): Promise<void> {
  const findings: Finding[] = []
  const add = (mark: Finding['mark'], about: string, words: string) => {
    findings.push({ mark, about, words })
  }

  let config: Config | undefined
  try {
    config = readConfig(process.env, 'serve')
    add('ok', 'settings', 'complete and safe for serve')
  } catch (error) {
    for (const line of messageOf(error).split('\n')) add('fail', 'settings', line)
    config = lenient()
  }
  if (config) {
    checkDataDir(config, add)
    checkTimeZone(config, add)
    checkLogLevel(config, add)
    await checkDatabase(config, add)
    checkPrivacy(config, add)
    await checkRedis(config, add)
    await checkAddress(config, add)
  }

  for (const { mark, about, words } of findings) {
    process.stdout.write(`${mark.padEnd(4)}  ${about.padEnd(9)} ${words}\n`)
  }
  if (findings.some(({ mark }) => mark === 'fail')) process.exitCode = 1
}

/** What demo mode would take, so that the rest can be looked at even where settings are unsafe. */
function lenient(): Config | undefined {
  try {
    return readConfig(process.env, 'demo')
  } catch {
    return undefined
  }
}
