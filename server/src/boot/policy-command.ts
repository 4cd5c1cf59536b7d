import { randomBytes } from 'node:crypto'
import { Refusal } from '../errors.ts'
import { createKiosks } from '../kiosks/kiosks.ts'
import { OperatorError } from '../operator-error.ts'
import { policyOf, readStored } from '../protocol/policy.ts'
import { newestReader, type PolicyDocument, readDocument } from '../protocol/policy-document.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { kioskNumberOf, operator, say, withStore } from './command.ts'
import { readDocumentFile } from './document-file.ts'

/** `qrgate kiosk policy`: sets it where there is a file, and prints it otherwise. */
export async function kioskPolicy(
  number: string,
  file: string | undefined,
  { effective = false }: { effective?: boolean },
): Promise<void> {
  if (file === undefined) return printPolicy(number, effective)
  if (effective) throw new OperatorError('--effective prints a policy; without a FILE, please.')
  await setPolicy(number, await readPolicy(file))
}

async function printPolicy(text: string, effective: boolean): Promise<void> {
  await withStore(async store => {
    const kiosk = await store.kiosks.byNumber(kioskNumberOf(text))
    if (!kiosk || kiosk.revokedAt !== null) throw noKiosk(text)
    const { policy } = kiosk
    if (policy !== null && !readStored(policy)) {
      process.stderr.write(
        `Kiosk ${text} has a policy that this version does not understand: nobody can sign in there.\n`,
      )
    }
    const document = effective ? effectiveDocument(kiosk) : documentOf(kiosk)
    say(JSON.stringify(document, null, 2))
  }, 'look')
}

async function setPolicy(text: string, document: PolicyDocument): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
    const number = kioskNumberOf(text)
    const { version, changed } = await kiosks
      .setPolicy(number, document, operator())
      .catch(error => {
        throw error instanceof Refusal && error.status !== 503 ? noKiosk(text) : error
      })
    say(
      changed
        ? `Kiosk ${number} has a new policy, version ${version}.`
        : `Kiosk ${number} has this very policy already, version ${version}.`,
    )
  })
}

/** What was set, whatever this version makes of it; where nothing was, what may be begun with. */
function documentOf({ policy }: Kiosk): unknown {
  if (policy === null) return { reader: newestReader }
  try {
    return JSON.parse(policy).document
  } catch {
    throw new OperatorError('The policy of this kiosk is damaged in the database. Set it anew.')
  }
}

/** A document that says what holds now, defaults included. */
function effectiveDocument({ policy }: Kiosk): object {
  const { version: _, ...inForce } = policyOf(policy)
  return { reader: newestReader, ...inForce }
}

/** @param file its path, or `-` for standard input. */
async function readPolicy(file: string): Promise<PolicyDocument> {
  const read = readDocument(await readDocumentFile(file, 'A policy'))
  if ('faults' in read) throw new OperatorError(read.faults.join('\n'))
  return read
}

function noKiosk(text: string): OperatorError {
  return new OperatorError(`There is no kiosk ${text} in use.`)
}
