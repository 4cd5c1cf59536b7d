import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import type { SignIn } from '../../server/src/protocol/sign-in-row.ts'
import type { Account } from '../../server/src/store/account.ts'
import { type Decide, unchanged } from '../../server/src/store/change.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Subject, subjectKey } from '../../server/src/store/subject.ts'
import type { OpenPair } from './open-store.ts'
import {
  account,
  accountEvent,
  addAccount,
  adding,
  counted,
  freshId,
  kiosk,
  kioskEvent,
  logOf,
  scan,
  scanned,
  signInEvent,
  start,
  subject,
  there,
  unwritable,
  wholeLog,
} from './rows.ts'

const approved = (old: SignIn | null) => {
  assert.ok(old)
  const next = scanned(old.id, { state: 'approved', seq: old.seq + 1 })
  return { next, events: [signInEvent(old.id, 'sign_in.approved')] }
}
const touched = there<Account>(old => counted(old, accountEvent(old.key, 'account.enabled')))
const touchedKiosk = there<Kiosk>(old => counted(old, kioskEvent(old.number, 'kiosk.enrolled')))
const told = (fresh: Subject): Decide<Subject> => {
  return old => ({
    next: { ...fresh, toldAt: (old?.toldAt ?? start) + 1 },
    events: [],
    quiet: true,
  })
}
/** What clinic is told of these accounts. */
const subjectsOf = (...accounts: Account[]) => {
  const subjects = accounts.map(({ key }) => subject('clinic', key))
  return new Map(subjects.map(subject => [subjectKey(subject), told(subject)]))
}
const added = (key: string) => adding(account(key), accountEvent(key))

/** What the store promises of a change that changes rows of other nouns too. */
export function alsoPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('with a sign-in also accounts and kiosks change, each with its log', async (one, other) => {
    const { id, a, b, first, second } = await household(one)
    const before = (await wholeLog(one)).length
    const { next, old } = await one.signIns.update(id, old => ({
      ...approved(old),
      also: {
        accounts: new Map([
          [b.key, touched],
          [a.key, touched],
          ['a new key', added('a new key')],
        ]),
        kiosks: new Map([
          [second.number, touchedKiosk],
          [first.number, touchedKiosk],
        ]),
      },
    }))
    assert.deepEqual([old?.state, next.state], ['scanned', 'approved'])
    assert.deepEqual(await everything(other, id), {
      signIn: next,
      accounts: [account('a new key'), counted(a).next, counted(b).next],
      kiosks: [counted(first).next, counted(second).next],
      log: await wholeLog(one),
    })
    const told = (await wholeLog(other)).slice(before).map(({ subject }) => subject)
    const subjects = [id, 'a new key', a.key, b.key, `${first.number}`, `${second.number}`]
    assert.deepEqual(told.toSorted(), subjects.toSorted())
  })

  check('with an account also kiosks change', async (one, other) => {
    const { a, first, second } = await household(one)
    const also = { kiosks: new Map([[first.number, touchedKiosk]]) }
    await one.accounts.update(a.key, old => ({ ...touched(old), also }))
    assert.deepEqual(await other.accounts.byKey(a.key), counted(a).next)
    assert.deepEqual(await other.kiosks.all(), [counted(first).next, second])
    assert.equal((await logOf(one, a.key)).length, 2)
    assert.equal((await logOf(one, `${first.number}`)).length, 2)
  })

  check('with a sign-in also what clients know changes, and the log is not told', async one => {
    const { id, a, b } = await household(one)
    const log = (await wholeLog(one)).length
    for (const times of [1, 2]) {
      const also = { subjects: subjectsOf(b, a) }
      await one.signIns.update(id, old => ({ ...approved(old), also }))
      for (const { key } of [a, b]) {
        const known = subject('clinic', key, { toldAt: start + times })
        assert.deepEqual(await one.subjects.bySub('clinic', known.sub), known)
      }
      assert.equal((await wholeLog(one)).length, log + times)
    }
  })

  check('another row that has nothing to tell stays as it was, or changes quietly', async one => {
    const { id, a, b } = await household(one)
    const accounts = new Map<string, Decide<Account>>([
      [a.key, there(old => unchanged({ ...old, name: 'never written' }))],
      [b.key, there(old => ({ next: { ...old, name: 'quietly' }, events: [], quiet: true }))],
    ])
    await one.signIns.update(id, old => ({ ...approved(old), also: { accounts } }))
    assert.deepEqual(await one.accounts.all(), [a, { ...b, name: 'quietly' }])
    assert.equal((await logOf(one, a.key)).length, 1)
    assert.equal((await logOf(one, b.key)).length, 1)
    assert.equal((await logOf(one, id)).length, 2)
  })

  check('a repeat changes nothing else either, and asks for nothing else', async one => {
    const { id, a, first } = await household(one)
    const before = await everything(one, id)
    const ask = () => assert.fail('a repeat has nothing to decide')
    const also = { accounts: new Map([[a.key, ask]]), kiosks: new Map([[first.number, ask]]) }
    await one.signIns.update(id, old => ({ ...approved(old), events: [], also }))
    await one.accounts.update(a.key, old => ({ ...touched(old), events: [], also }))
    assert.deepEqual(await everything(one, id), before)
  })

  check('what changes quietly changes the others too', async one => {
    const { id, a } = await household(one)
    const also = { accounts: new Map([[a.key, touched]]) }
    await one.signIns.update(id, old => ({ ...approved(old), events: [], quiet: true, also }))
    assert.equal((await one.signIns.read(id))?.state, 'approved')
    assert.deepEqual(await one.accounts.byKey(a.key), counted(a).next)
    assert.equal((await logOf(one, id)).length, 1)
    assert.equal((await logOf(one, a.key)).length, 2)
  })

  check('all of it is taken back together, whichever part fails', async one => {
    const { id, a, b, first, second } = await household(one)
    const before = await everything(one, id)
    const refusal = new Refusal('in_use')
    const refuse = () => {
      throw refusal
    }
    const untold = there<Kiosk>(old => counted(old, kioskEvent(0, 'kiosk.enrolled', unwritable)))
    const sameId = there<Account>(old => {
      return { next: { ...old, idKey: a.idKey }, events: [accountEvent(old.key)] }
    })
    const refuseSubject = new Map([[subjectKey(subject('clinic', b.key)), refuse]])
    const fail = (
      ofAccount: Decide<Account>,
      ofKiosk: Decide<Kiosk>,
      expected: RegExp,
      ofSubject: ReadonlyMap<string, Decide<Subject>> = new Map(),
    ) => {
      const also = {
        accounts: new Map([
          [a.key, touched],
          ['a new key', added('a new key')],
          [b.key, ofAccount],
        ]),
        kiosks: new Map([
          [first.number, touchedKiosk],
          [second.number, ofKiosk],
        ]),
        subjects: new Map([...subjectsOf(a), ...ofSubject]),
      }
      return assert.rejects(
        one.signIns.update(id, old => ({ ...approved(old), also })),
        expected,
      )
    }
    await fail(touched, refuse, /in_use/)
    assert.deepEqual(await everything(one, id), before)
    await fail(refuse, touchedKiosk, /in_use/)
    assert.deepEqual(await everything(one, id), before)
    await fail(touched, untold, /NaN/)
    assert.deepEqual(await everything(one, id), before)
    await fail(sameId, touchedKiosk, /account_exists/)
    assert.deepEqual(await everything(one, id), before)
    await fail(touched, touchedKiosk, /in_use/, refuseSubject)
    assert.deepEqual(await everything(one, id), before)
    assert.equal(await one.subjects.bySub('clinic', subject('clinic', a.key).sub), null)
  })

  check(
    'changes that cross on two nodes at once all happen, fifty times over',
    async (one, other) => {
      const { id, a, b, first, second } = await household(one)
      const crossing = freshId()
      await one.signIns.update(crossing, scan(crossing))
      const kiosks = (...rows: Kiosk[]) => new Map(rows.map(row => [row.number, touchedKiosk]))
      for (let round = 0; round < 50; round += 1) {
        const keys = [a.key, b.key, `new ${round}`, `newer ${round}`]
        const accounts = keys.map((key, n) => [key, n < 2 ? touched : added(key)] as const)
        const ofSignIn = {
          accounts: new Map(accounts),
          kiosks: kiosks(first, second),
          subjects: subjectsOf(a, b),
        }
        const ofCrossing = {
          accounts: new Map(accounts.toReversed()),
          kiosks: kiosks(second, first),
          subjects: subjectsOf(b, a),
        }
        await Promise.all([
          one.signIns.update(id, old => ({ ...approved(old), also: ofSignIn })),
          other.signIns.update(crossing, old => ({ ...approved(old), also: ofCrossing })),
          one.accounts.update(a.key, old => {
            return { ...touched(old), also: { kiosks: kiosks(second, first) } }
          }),
          other.accounts.update(b.key, old => {
            return { ...touched(old), also: { kiosks: kiosks(first, second) } }
          }),
          other.accounts.update(a.key, touched),
          one.kiosks.update(second.number, touchedKiosk),
        ])
      }
      const by = (times: number) => start + 50 * times
      assert.equal((await one.accounts.byKey(a.key))?.createdAt, by(4))
      assert.equal((await one.accounts.byKey(b.key))?.createdAt, by(3))
      assert.equal((await one.kiosks.byNumber(first.number))?.createdAt, by(4))
      assert.equal((await one.kiosks.byNumber(second.number))?.createdAt, by(5))
      assert.equal((await one.accounts.all()).length, 2 + 2 * 50)
      for (const { key } of [a, b]) {
        const known = await other.subjects.bySub('clinic', subject('clinic', key).sub)
        assert.equal(known?.toldAt, by(2))
      }
      for (const signIn of [id, crossing]) {
        assert.equal((await other.signIns.read(signIn))?.seq, 1 + 50)
        assert.equal((await logOf(one, signIn)).length, 1 + 50)
      }
      assert.equal((await logOf(one, a.key)).length, 1 + 4 * 50)
      assert.equal((await logOf(one, `${second.number}`)).length, 1 + 5 * 50)
    },
  )
}

/** A sign-in, two accounts and two kiosks; each has told of its beginning. */
async function household(store: Store) {
  const id = freshId()
  await store.signIns.update(id, scan(id))
  const [a, b] = [account('key a'), account('key b')]
  await addAccount(store, a)
  await addAccount(store, b)
  const [first, second] = [await store.kiosks.add(kiosk()), await store.kiosks.add(kiosk())]
  return { id, a, b, first, second }
}

async function everything(store: Store, id: string) {
  return {
    signIn: await store.signIns.read(id),
    accounts: await store.accounts.all(),
    kiosks: await store.kiosks.all(),
    log: await wholeLog(store),
  }
}
