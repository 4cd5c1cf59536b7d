import { type Config, readConfig } from '../../config.ts'
import { type Environment, sourceOf } from '../environment/take.ts'
import { withDemoAddress } from '../one-demo.ts'
import { type Add, messageOf } from './finding.ts'

/**
 * Whether `serve` would take the settings, and where they come from.
 * @returns them, or what demo mode would take, so that the rest can be looked at even where they are
 * unsafe; undefined where that takes them no more.
 */
export function checkSettings(environment: Environment | undefined, add: Add): Config | undefined {
  if (environment) checkEnvironment(environment, add)
  try {
    const config = readConfig(process.env, 'serve')
    add('ok', 'settings', 'complete and safe for serve')
    return config
  } catch (error) {
    for (const line of messageOf(error).split('\n')) add('fail', 'settings', line)
    const config = lenient()
    if (!config) add('warn', 'settings', 'nothing else was looked at; mend these first')
    return config
  }
}

function checkEnvironment(environment: Environment, add: Add): void {
  const { file, overridden, unknown } = environment
  add('ok', 'settings', sourceOf(environment))
  for (const name of overridden) {
    const words = `${name} has another value in the environment than in ${file}; the environment's counts`
    add('warn', 'settings', words)
  }
  for (const words of unknown) add('warn', 'settings', words)
}

function lenient(): Config | undefined {
  try {
    return withDemoAddress(readConfig(process.env, 'demo'), process.env)
  } catch {
    return undefined
  }
}
