import { settingNames } from '../../settings.ts'
import { editDistance } from './edit-distance.ts'

/** Of the proxy that stands beside a gate in compose.yaml, and of this project's own tests. */
const ofOthers = /^QRGATE_(HOST|NODES|TLS|TEST_.*)$/

/** Read by Node before it reads anything of ours, so that in a `.env` file they are too late. */
const ofNode = /^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|UV_THREADPOOL_SIZE|SSL_CERT_(FILE|DIR))$/

/** Whatever begins like this is meant for a gate. */
const ours = /^_?QR_?GATE_/i

/**
 * Sentences about names that are no setting and look as if they should be one.
 * @param environment names of the whole environment, of which most belong to others.
 * @param file names of the `.env` file, of which few do.
 */
export function unknownNames(environment: readonly string[], file: readonly string[]): string[] {
  const known = new Set<string>(settingNames)
  const suspects = [...new Set([...environment.filter(name => ours.test(name)), ...file])]
  return suspects.flatMap(name => {
    if (known.has(name) || ofOthers.test(name)) return []
    if (ofNode.test(name)) {
      return [`${name} is of no use in a .env file, which Node reads too late; set it outside`]
    }
    const nearest = nearestTo(name)
    if (nearest === undefined && !ours.test(name)) return []
    const meant = nearest === undefined ? 'docs/config.md lists them' : `is ${nearest} meant?`
    return [`${name} is no setting and counts for nothing; ${meant}`]
  })
}

/** What a name is compared by: case and lines between words are what people get wrong first. */
const plain = (name: string) => name.toUpperCase().replaceAll('_', '')

/** The setting that a name most likely means: the same but for a letter or two, or without its prefix. */
function nearestTo(name: string): string | undefined {
  const bare = (word: string) => plain(word).replace(/^QRGATE/, '')
  const word = bare(name)
  const near = settingNames.flatMap(setting => {
    const distance = editDistance(word, bare(setting))
    return distance <= tolerance(word) ? [{ setting, distance }] : []
  })
  return near.sort((a, b) => a.distance - b.distance)[0]?.setting
}

/** Of a short word one letter more makes another word. */
function tolerance({ length }: string): number {
  return length < 6 ? 1 : length < 12 ? 2 : 3
}
