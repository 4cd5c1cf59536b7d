import { type ImportResult, importAccounts } from '../accounts/account-import.ts'
import { foreignAccounts } from '../accounts/foreign-accounts.ts'
import type { ForeignNames } from '../accounts/foreign-columns.ts'
import { type ImportedRow, lineOf } from '../accounts/imported-row.ts'
import { type NewIds, newIdsOf } from '../accounts/new-ids.ts'
import { rehearsedAccounts } from '../accounts/rehearsed-accounts.ts'
import { accountAdminOf } from './account-command.ts'
import { operator, say, sayJson, warn, withStore } from './command.ts'
import { readDocumentFile } from './document-file.ts'

interface Given extends ForeignNames {
  rename?: string[]
  /** A file with lines of `old,new`. */
  ids?: string
  dryRun?: boolean
  json?: boolean
}

/** Of a script: somebody is left out, and everybody else is here. */
const someLeftOut = 2

/** `qrgate account import`; exit code 2 where somebody was left out, whom it names. */
export async function importFile(file: string, given: Given): Promise<void> {
  const { rename = [], ids, dryRun = false, json = false, ...names } = given
  const csv = ids === undefined ? '' : await readDocumentFile(ids, 'A file of new ids')
  const newIds = newIdsOf(rename, csv)
  await withStore(async (store, config, clock) => {
    const records = dryRun ? rehearsedAccounts(await store.accounts.all()) : store.accounts
    const accounts = await accountAdminOf({ accounts: records }, config, clock)
    const rows: ImportedRow[] = []
    const tell = (row: ImportedRow) => {
      if (json) rows.push(row)
      const line = lineOf(row)
      if (line !== undefined) warn(line)
    }
    const told = (taken: string) => (json ? warn : say)(`Reading ${taken}.`)
    const result = await importAccounts(foreignAccounts(file, names, told), {
      accounts,
      by: operator(),
      newIds,
      namesMatter: names.nameColumn !== undefined,
      tell,
    })
    const unused = newIds.unused()
    for (const id of unused) warn(`Nobody in the file has the id "${id}", which was to be another.`)
    if (json) sayJson(reportOf(rows, result, unused, dryRun))
    else say(summaryOf(result, dryRun))
    if (result.leftOut > 0) warn(howToTake)
    if (result.leftOut > 0 || unused.length > 0) process.exitCode = someLeftOut
  })
}

const howToTake =
  'Whoever has an id that cannot be taken may have another one here: --rename OLD=NEW, or --ids with a CSV file of OLD,NEW.'

function summaryOf({ added, leftAlone, leftOut }: ImportResult, isRehearsal: boolean): string {
  const words = isRehearsal
    ? `Nothing was written. It would add ${added}, leave`
    : `Added ${added}, left`
  const skip = isRehearsal ? 'skip' : 'skipped'
  return `${words} ${leftAlone} alone that were here already, ${skip} ${leftOut}.`
}

function reportOf(
  rows: readonly ImportedRow[],
  { added, leftAlone, leftOut }: ImportResult,
  unused: ReturnType<NewIds['unused']>,
  isRehearsal: boolean,
): object {
  const counts = { added, left_alone: leftAlone, left_out: leftOut }
  return { dry_run: isRehearsal, ...counts, rows, unused_new_ids: unused }
}
