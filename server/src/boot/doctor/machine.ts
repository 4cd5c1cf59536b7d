import { accessSync, constants } from 'node:fs'
import type { Config } from '../../config.ts'
import { makePrivateFolder } from '../../private-path.ts'
import { keepPrivate } from '../own-paths.ts'
import { type Add, messageOf } from './finding.ts'

export function checkDataDir({ dataDir }: Config, add: Add): void {
  try {
    makePrivateFolder(dataDir)
    accessSync(dataDir, constants.W_OK)
    add('ok', 'data', `${dataDir} is writable`)
  } catch (error) {
    add('fail', 'data', `QRGATE_DATA_DIR cannot be written: ${messageOf(error)}`)
  }
}

/** Names what others can read and this user cannot change; all else is mended by looking. */
export function checkPrivacy(config: Config, add: Add): void {
  for (const path of keepPrivate(config)) {
    const words = 'other users of this machine can get at it, and it is not ours to change'
    add('warn', 'data', `${path}: ${words}; as its owner: chmod go= '${path}'`)
  }
}

/** A container's clock is UTC, whose day begins in the middle of a morning in Seoul. */
export function checkTimeZone({ timeZone }: Config, add: Add): void {
  const isSet = Boolean(process.env.QRGATE_TIME_ZONE)
  if (isSet || !/^(etc\/)?(utc|gmt)$/i.test(timeZone)) add('ok', 'time', `zone ${timeZone}`)
  else add('warn', 'time', `the machine's zone is ${timeZone}; set QRGATE_TIME_ZONE`)
}

/** Whoever keeps the gate's lines elsewhere must get the checkpoints of its event log too. */
export function checkLogLevel({ logLevel }: Config, add: Add): void {
  if (['trace', 'debug', 'info'].includes(logLevel)) return
  const alarms = logLevel === 'warn' ? '' : ', and the alarm of many wrong passwords'
  const hidden = `what operators do and signed checkpoints${alarms}`
  add('warn', 'log', `QRGATE_LOG_LEVEL ${logLevel} hides ${hidden}`)
}

/** @param offset of this machine's clock from the database's, in milliseconds. */
export function checkClock(offset: number, add: Add): void {
  const ms = Math.round(Math.abs(offset))
  const apart = `${ms} ms apart from the database's`
  if (ms < 2_000) add('ok', 'clock', apart)
  else add('warn', 'clock', `${apart}; switch on NTP (sign-ins follow the database)`)
}
