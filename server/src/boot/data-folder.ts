import { accessSync, constants } from 'node:fs'
import { OperatorError } from '../operator-error.ts'
import { makePrivate, makePrivateFolder } from '../private-path.ts'

/** @throws OperatorError where this user can keep nothing there. */
export function makeDataFolder(dataDir: string): void {
  try {
    makePrivateFolder(dataDir)
    makePrivate(dataDir)
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const other = 'set QRGATE_DATA_DIR to a folder of your own'
    throw new OperatorError(`Nothing can be written to the folder ${dataDir} (${code}); ${other}.`)
  }
}
