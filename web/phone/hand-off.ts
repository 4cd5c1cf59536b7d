import { offerAlarm } from './alarm.ts'
import { takeOverSending } from './hand-off-forms.ts'
import { readHandOffPage } from './hand-off-page.ts'
import { follow } from './hand-off-watch.ts'

/** The page with the visitor's number. It works without this script; with it, it is always up to date. */
const page = readHandOffPage(document)
if (page) {
  const alarm = offerAlarm()
  const { refresh } = follow(page, alarm)
  takeOverSending(refresh)
}
