import { createSignUpNotices } from '../accounts/sign-up-notice.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { type NoticeTexts, noticeDocument, readNotice } from '../protocol/notice-document.ts'
import type { Store } from '../store/store.ts'
import { operator, say, sayJson, withStore } from './command.ts'
import { readDocumentFile } from './document-file.ts'

interface Asked {
  settings?: boolean
  agreed?: string
}

/** `qrgate site notice`: sets it where there is a file, and prints it otherwise. */
export async function siteNotice(
  file: string | undefined,
  { settings = false, agreed }: Asked,
): Promise<void> {
  const asked = [file, settings || undefined, agreed].filter(one => one !== undefined)
  if (asked.length > 1) {
    throw new OperatorError('A FILE, --settings and --agreed are three things; one at a time.')
  }
  if (agreed !== undefined) return printAgreed(agreed)
  if (settings) return setNotice(null)
  if (file !== undefined) return setNotice(await readNoticeFile(file))
  await withStore(async (store, config, clock) => {
    const { texts } = await noticesOf(store, config, clock).present()
    sayJson(noticeDocument(texts))
  }, 'look')
}

async function printAgreed(version: string): Promise<void> {
  await withStore(async ({ site }) => {
    const texts = await site.noticeOf(version)
    if (!texts) throw new OperatorError(`Nobody has agreed to a notice "${version}" here.`)
    sayJson(noticeDocument(texts))
  }, 'look')
}

async function setNotice(texts: NoticeTexts | null): Promise<void> {
  await withStore(async (store, config, clock) => {
    const notices = noticesOf(store, config, clock)
    const isChanged = await notices.set(texts, operator())
    const { version } = await notices.present()
    const whose = texts === null ? "the settings'" : 'this one'
    const named = version === null ? 'which says nothing' : `version ${version}`
    say(`The sign-up notice is ${whose}${isChanged ? '' : ' already'}, ${named}.`)
  })
}

/** @param file its path, or `-` for standard input. */
async function readNoticeFile(file: string): Promise<NoticeTexts> {
  const read = readNotice(await readDocumentFile(file, 'A notice'))
  if ('faults' in read) throw new OperatorError(read.faults.join('\n'))
  return read
}

function noticesOf({ site }: Store, { signUpNotice }: Config, clock: Clock) {
  return createSignUpNotices({ records: site, fromSettings: signUpNotice, clock })
}
