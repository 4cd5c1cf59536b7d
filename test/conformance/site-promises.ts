import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NoticeTexts } from '../../server/src/protocol/notice-document.ts'
import { unchanged } from '../../server/src/store/change.ts'
import type { OpenPair } from './open-store.ts'
import { start, wholeLog } from './rows.ts'

const notice: NoticeTexts = {
  purpose: { ko: '접수에 씁니다.', en: 'To check you in.' },
  consent: { ko: '', en: '' },
  privacyUrl: 'https://clinic.example/privacy',
}

/** What the store promises about what a place says of itself. */
export function sitePromises(name: string, openPair: OpenPair): void {
  test(`${name}: the site’s row is there from the first, and changes as every row does`, async t => {
    const [one, other] = await openPair(t)
    assert.deepEqual(await one.site.read(), { notice: null })
    const actor = { kind: 'operator', id: 'shell:root' } as const
    const subject = { kind: 'site', id: 'notice' } as const
    const event = { event: 'site.changed', at: start, actor, subject } as const
    await one.site.update(old => {
      assert.deepEqual(old, { notice: null })
      return { next: { notice }, events: [event] }
    })
    assert.deepEqual(await other.site.read(), { notice })
    await other.site.update(old => unchanged(old ?? assert.fail()))
    await other.site.update(() => ({ next: { notice: null }, events: [event] }))
    assert.deepEqual(await one.site.read(), { notice: null })
    const told = (await wholeLog(one)).filter(({ event }) => event === 'site.changed')
    assert.equal(told.length, 2)
  })

  test(`${name}: what somebody has agreed to is kept by its version, whoever keeps it`, async t => {
    const [one, other] = await openPair(t)
    assert.equal(await one.site.noticeOf('a'), null)
    await Promise.all([one, other, one].map(({ site }) => site.keepNotice('a', notice, start)))
    const another = { ...notice, privacyUrl: '' }
    await other.site.keepNotice('a', another, start + 1)
    await other.site.keepNotice('b', another, start + 1)
    assert.deepEqual(await one.site.noticeOf('a'), notice)
    assert.deepEqual(await one.site.noticeOf('b'), another)
  })
}
