import type { Environment } from '../environment/take.ts'
import { checkAddress } from './address.ts'
import { checkData } from './data.ts'
import { checkDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { checkLogLevel, checkMachine, checkSite, checkTimeZone } from './machine.ts'
import { checkPostgres } from './postgres.ts'
import { checkRedis } from './redis.ts'
import { checkSettings } from './settings.ts'

/**
 * `qrgate doctor`: looks at everything that `serve` needs, and changes none of it; exit code 1 when
 * something fails.
 * @param environment where the settings have come from.
 * @param json for programs: an array of findings.
 */
export async function examine(environment?: Environment, json = false): Promise<void> {
  const findings: Finding[] = []
  const add = (mark: Finding['mark'], about: string, words: string) => {
    findings.push({ mark, about, words })
  }

  const config = checkSettings(environment, add)
  if (config) {
    await checkMachine(config, add)
    checkData(config, add)
    checkSite(config, add)
    checkTimeZone(config, add)
    checkLogLevel(config, add)
    await checkDatabase(config, add)
    await checkPostgres(config, add)
    await checkRedis(config, add)
    await checkAddress(config, add)
  }

  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : linesOf(findings))
  if (findings.some(({ mark }) => mark === 'fail')) process.exitCode = 1
}

/** In columns, as wide as what is longest in them. */
function linesOf(findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ about }) => about.length))
  const lines = findings.map(({ mark, about, words }) => {
    return `${mark.padEnd(4)}  ${about.padEnd(widest)}  ${words}\n`
  })
  return lines.join('')
}
