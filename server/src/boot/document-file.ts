import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { OperatorError } from '../operator-error.ts'

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
}

/**
 * The text of a document that an operator hands to a command.
 * @param file its path, or `-` for standard input.
 * @param what the document is, e.g. `A policy`.
 * @throws OperatorError
 */
export async function readDocumentFile(file: string, what: string): Promise<string> {
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch(
    ({ code }: NodeJS.ErrnoException) => {
      const why = reasons[code ?? ''] ?? code
      throw new OperatorError(`${file} cannot be read: ${why}.`)
    },
  )
  try {
    // Editors may put a byte order mark before it, which the decoder takes away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new OperatorError(`${what} is written in UTF-8, and this is something else.`)
  }
}
