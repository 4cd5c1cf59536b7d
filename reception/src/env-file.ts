import { readFileSync } from 'node:fs'

/** What a bare value may be followed by is a remark behind a space; quotes keep a `#`, and `\` means nothing. */
const assignment =
  /^(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"\\]*)"|'([^']*)'|([^"'`#\s][^#]*?|))[ \t]*(?:(?<=[ \t"'=])#.*)?$/

/** All that reception is told. */
const names = [
  'GATE',
  'CREDENTIAL',
  'WEBHOOK_SECRET',
  'DATA_DIR',
  'PUBLIC_URL',
  'HOST',
  'PORT',
  'LOG_LEVEL',
].map(name => `RECEPTION_${name}`)

/**
 * Adds what a `.env` file says to the environment, which counts where both say something. Written as the
 * gate's is; Node's own reader would pass over what it does not understand.
 * @param given a file that must be there; else `.env` in this folder is read where it is there.
 * @param env is changed.
 * @returns sentences about names that are no settings.
 * @throws Error naming file and line of what cannot be read.
 */
export function takeEnvFile(given: string | undefined, env: NodeJS.ProcessEnv): string[] {
  const path = given ?? '.env'
  const text = textOf(path, given !== undefined)
  const seen = new Set<string>()
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, inDouble, inSingle, bare = ''] = assignment.exec(line) ?? []
    // No value is repeated: it may be a secret.
    const fault = name === undefined ? 'is no NAME=value' : seen.has(name) && `sets ${name} again`
    if (name === undefined || fault) throw new Error(`${path}, line ${index + 1}: ${fault}.`)
    seen.add(name)
    env[name] ??= inDouble ?? inSingle ?? bare
  }
  const unknown = Object.keys(env).filter(
    name => /^RECEPTION_/i.test(name) && !names.includes(name),
  )
  return unknown.map(name => `${name} is no setting; known are ${names.join(', ')}.`)
}

function textOf(path: string, mustBe: boolean): string {
  try {
    // Without its byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !mustBe) return ''
    const isText = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' && 'it is no UTF-8 text'
    throw new Error(`${path} cannot be read: ${isText || message}.`)
  }
}
