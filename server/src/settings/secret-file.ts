import { readFileSync } from 'node:fs'

/**
 * A secret as its variable says it, or as the file does that `NAME_FILE` names: a mounted secret of
 * Docker or Kubernetes, or a systemd credential. The line's end is no part of it.
 * @param refuse told in a sentence, without the secret, what is wrong.
 */
export function secretInFile(
  name: string,
  env: NodeJS.ProcessEnv,
  refuse: (fault: string) => void,
): string | undefined {
  const text = env[name]
  const path = env[`${name}_FILE`]
  if (!path) return text
  if (text) {
    refuse(`${name} and ${name}_FILE are both set; leave one of them out.`)
    return text
  }
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
    const secret = content.replace(/\r?\n$/, '')
    const isLine = secret.startsWith(`${name}=`) || /^(["']).*\1$/.test(secret)
    if (secret !== '' && !isLine && !/[\r\n]/.test(secret)) return secret
    const is =
      secret === '' ? 'is empty' : isLine ? 'holds a line of a .env' : 'has more than one line'
    refuse(`${name}_FILE: ${path} ${is}; it must hold the value of ${name} alone.`)
  } catch (error) {
    refuse(`${name}_FILE: ${path} cannot be read: ${whyNot(error as NodeJS.ErrnoException)}.`)
  }
  // Whatever else is wrong is said too, but not that there is none.
  return undefined
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ENOENT: 'it is not there',
    EISDIR: 'it is a folder',
    EACCES: 'this user may not read it',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is no UTF-8 text',
  }
  return known[code ?? ''] ?? message
}
