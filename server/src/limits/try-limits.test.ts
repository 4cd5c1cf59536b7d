import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import type { Standing, TryRules } from '../protocol/try-rules.ts'
import { createCounters } from './counters.ts'
import type { Payer } from './payer.ts'
import { createTryLimits, type Try, type TryLimits } from './try-limits.ts'

const rules: TryRules = {
  perSignIn: 10,
  signInLife: 600,
  window: 900,
  perAccount: 10,
  perAccountAndDay: 100,
  perNetwork: 300,
}
const here = '203.0.113.7'
const elsewhere = (n: number) => `2001:db8:0:${n.toString(16)}::1`

function setUp(changed: Partial<TryRules> = {}) {
  let now = 0
  let signIns = 0
  const tries = createTryLimits(
    { ...rules, ...changed },
    createCounters(() => now),
  )
  /** A new scan; by default where anybody may start. */
  const scan = (changed: Partial<Payer> = {}): Payer => {
    signIns += 1
    return { signIn: `sign-in ${signIns}`, kiosk: 0, enrolled: false, address: here, ...changed }
  }
  const enrolled = (kiosk = 101, changed: Partial<Payer> = {}) =>
    scan({ kiosk, enrolled: true, ...changed })
  /** @returns whether it was looked at. */
  const guess = async (payer: Payer, id = 'hong', standing: Standing = 'stranger') => {
    try {
      const tried = await tries.begin(payer)
      await tried.look({ id, standing })
      tried.over()
      return true
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === 'too_many_tries', String(error))
      assert.ok(Number.isInteger(error.retryAfter) && (error.retryAfter ?? 0) > 0)
      return false
    }
  }
  /** How many of so many are looked at, one after the other. */
  const looked = async (times: number, one: (n: number) => Promise<boolean>) => {
    let count = 0
    for (let n = 0; n < times; n += 1) if (await one(n)) count += 1
    return count
  }
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { tries, scan, enrolled, guess, looked, pass }
}

test('N32: a scan that has had its tries is no reason to wait: another may try at once', async () => {
  const { tries, scan, looked, guess } = setUp({ perSignIn: 3, perNetwork: 3_000 })
  const mine = scan()
  assert.equal(await looked(4, n => guess(mine, `id ${n}`)), 3)
  await assert.rejects(tries.begin(mine), { code: 'too_many_tries', retryAfter: 1 })
  assert.equal(await guess(scan(), 'id 4'), true)
})

test('N04: a scan pays for ten tries, right or wrong, whatever they name', async () => {
  const { tries, enrolled, guess, looked } = setUp()
  const mine = enrolled()
  for (let n = 0; n < 4; n += 1) {
    const tried = await tries.begin(mine)
    await tried.look({ id: 'mine', standing: 'usual phone' })
    tried.right()
  }
  assert.equal(await looked(20, n => guess(mine, `made up ${n}`)), 6)
  assert.equal(await guess(enrolled(), 'mine'), true)
})

test('N03: tries at the same time cannot slip past', async () => {
  const { enrolled, guess } = setUp()
  const mine = enrolled()
  const answers = await Promise.all(Array.from({ length: 240 }, (_, n) => guess(mine, `id ${n}`)))
  assert.equal(answers.filter(Boolean).length, 10)
})

test('what nobody looked at costs nothing, and what guesses nothing costs its scan', async () => {
  const { tries, enrolled, guess, looked } = setUp()
  const mine = enrolled()
  for (let busy = 0; busy < 50; busy += 1) {
    const tried = await tries.begin(mine)
    await tried.look({ id: 'hong', standing: 'stranger' })
    tried.unseen()
  }
  assert.equal(await looked(10, () => guess(mine)), 10)
  await assert.rejects(tries.begin(mine), Refusal)
})

test('S045: an account has ten wrong tries at one network in a window, and others go on', async () => {
  const { scan, guess, looked, pass } = setUp()
  assert.equal(await looked(20, () => guess(scan())), 10)
  assert.equal(await guess(scan(), 'kim'), true)
  assert.equal(await guess(scan({ address: elsewhere(1) })), true)
  pass(899)
  assert.equal(await guess(scan()), false)
  pass(1)
  assert.equal(await looked(20, () => guess(scan())), 10)
})

test('S106: a right one takes its own try back and no other', async () => {
  const { tries, scan, guess, looked } = setUp()
  await looked(6, () => guess(scan()))
  for (let right = 0; right < 20; right += 1) {
    const tried = await tries.begin(scan())
    await tried.look({ id: 'hong', standing: 'stranger' })
    tried.right()
  }
  assert.equal(await looked(20, () => guess(scan())), 4)
})

test('N05: from however many networks strangers have 60 guesses a day, and the rest is kept', async () => {
  const { scan, guess, looked, pass } = setUp()
  const stranger = (n: number) => guess(scan({ address: elsewhere(n) }))
  assert.equal(await looked(1_000, stranger), 60)
  // There the account has signed in lately, and others guess as well.
  const usual = (n: number) => guess(scan({ address: elsewhere(n) }), 'hong', 'usual network')
  assert.equal(await looked(1_000, usual), 20)
  const own = () => guess(scan({ phone: 'own' }), 'hong', 'usual phone')
  assert.equal(await looked(1_000, own), 10)
  pass(900)
  assert.equal(await looked(1_000, own), 10)
  pass(900)
  assert.equal(await looked(1_000, own), 0, 'a hundred in all')
  pass(86_400)
  assert.equal(await stranger(0), true)
})

test('N05: guesses elsewhere close neither a usual phone nor its own count', async () => {
  const { scan, guess, looked } = setUp()
  await looked(1_000, n => guess(scan({ address: elsewhere(n) })))
  // On the very network of the owner too.
  await looked(1_000, () => guess(scan(), 'hong', 'usual network'))
  assert.equal(await guess(scan({ phone: 'own' }), 'hong', 'usual phone'), true)
  assert.equal(await guess(scan({ phone: 'another' })), false)
})

test('S046: when the day is gone, the first try of a scan at an enrolled kiosk is looked at', async () => {
  const { scan, enrolled, guess, looked } = setUp()
  await looked(1_000, n => guess(scan({ address: elsewhere(n) })))
  const visitor = enrolled()
  assert.equal(await looked(5, () => guess(visitor)), 1)
  assert.equal(await looked(50, () => guess(enrolled())), 9, 'ten a day at one kiosk')
  assert.equal(await looked(50, () => guess(enrolled(102))), 10)
  assert.equal(await looked(50, n => guess(enrolled(200 + n))), 10, 'thirty in all')
  assert.equal(await guess(enrolled(103), 'kim'), true)
})

test('N04: at an enrolled kiosk the address counts for nothing', async () => {
  const { scan, enrolled, guess, looked } = setUp()
  assert.equal(await looked(310, n => guess(scan(), `made up ${n}`)), 300)
  assert.equal(await looked(10, n => guess(enrolled(), `visitor ${n}`)), 10)
})

test('N04: an address that has guessed too often goes slowly, and whoever signs in there does not', async () => {
  const { tries, scan, guess, looked, pass } = setUp()
  await looked(400, n => guess(scan(), `made up ${n}`))
  const early = (await tries.begin(scan())).look({ id: 'kim', standing: 'stranger' })
  await assert.rejects(early, { code: 'too_many_tries', retryAfter: 3 })
  assert.equal(await looked(3, n => guess(scan(), `owner ${n}`, 'usual network')), 3)
  pass(3)
  assert.equal(await looked(10, n => guess(scan(), `stranger ${n}`)), 1)
})

test('N04: a phone or a kiosk that has guessed too often has one try left for each scan', async () => {
  const { enrolled, guess, looked } = setUp()
  const ofPhone = (n: number) => guess(enrolled(101, { phone: 'one' }), `made up ${n}`)
  assert.equal(await looked(30, ofPhone), 30)
  const slow = enrolled(101, { phone: 'one' })
  assert.equal(await looked(5, n => guess(slow, `more ${n}`)), 1)
  const other = enrolled(101, { phone: 'another' })
  assert.equal(await looked(5, n => guess(other, `made up by another ${n}`)), 5)

  const atKiosk = (n: number) => guess(enrolled(102, { phone: `${n}` }), `made up there ${n}`)
  await looked(400, atKiosk)
  const late = enrolled(102)
  assert.equal(await looked(5, n => guess(late, `visitor ${n}`)), 1)
  assert.equal(await looked(5, n => guess(enrolled(103), `visitor elsewhere ${n}`)), 5)
})

test('N05: what strangers have used up at a kiosk or on a phone is not gone for whoever is known there', async () => {
  const { enrolled, guess, looked } = setUp()
  await looked(400, n => guess(enrolled(101, { phone: `${n}` }), `made up ${n}`))
  const own = enrolled(101, { phone: 'own' })
  assert.equal(await looked(5, n => guess(own, `stranger ${n}`)), 1)
  const known = enrolled(101, { phone: 'own' })
  assert.equal(await looked(5, n => guess(known, `owner ${n}`, 'usual phone')), 5)
})

test('a refused try uses up nobody’s budget but its own scan’s', async () => {
  const { scan, guess, looked } = setUp({ perNetwork: 20 })
  await looked(100, () => guess(scan()))
  assert.equal(await looked(10, n => guess(scan(), `other ${n}`)), 10)
})

test('N06: scans that had their tries, however many they are, cost no new one its own', async () => {
  const { tries, scan, enrolled, looked, guess } = setUp({ perSignIn: 2 })
  for (let n = 0; n < 20_100; n += 1) {
    const payer = scan()
    for (let used = 0; used < 2; used += 1) await tries.begin(payer)
  }
  for (const mine of [enrolled(), scan({ address: elsewhere(1) })]) {
    assert.equal(await looked(5, () => guess(mine)), 2)
  }
})

/** So many tries of one account at once, each of a scan of its own. */
function many(tries: TryLimits, payers: Payer[]) {
  const looked: Try[] = []
  const refused: (number | undefined)[] = []
  for (const payer of payers) {
    const look = async () => {
      const tried = await tries.begin(payer)
      await tried.look({ id: 'hong', standing: 'stranger' })
      looked.push(tried)
    }
    look().catch(({ retryAfter }: Refusal) => refused.push(retryAfter))
  }
  return { looked, refused }
}

/** Whatever needs no more than what has happened is done. */
const settled = () => new Promise(resolve => setImmediate(resolve))

function end(tried: Try | undefined, right: boolean): void {
  assert.ok(tried)
  if (right) tried.right()
  tried.over()
}

test('N58: right passwords at the same time, however many, wait for each other and are not refused', async () => {
  const { tries, scan, looked: all, guess } = setUp()
  const { looked, refused } = many(
    tries,
    Array.from({ length: 60 }, () => scan()),
  )
  for (let done = 0; done < 60; done += 1) {
    await settled()
    assert.equal(looked.length, Math.min(60, done + 10), 'no more than ten at once')
    end(looked[done], true)
  }
  assert.deepEqual(refused, [])
  assert.equal(await all(20, () => guess(scan())), 10, 'nothing of it was counted')
})

test('N58: whoever waits for wrong ones is refused with the whole window once all of them are', async () => {
  const { tries, scan, pass } = setUp()
  const { looked, refused } = many(
    tries,
    Array.from({ length: 60 }, () => scan()),
  )
  await settled()
  pass(300)
  for (let done = 0; done < 10; done += 1) {
    await settled()
    assert.deepEqual([looked.length, refused], [10, []])
    end(looked[done], false)
  }
  await settled()
  assert.deepEqual([looked.length, refused], [10, Array(50).fill(600)])
})

test('N58: of tries under way some are right, and so many more are looked at, and no more', async () => {
  const { tries, scan } = setUp()
  const { looked, refused } = many(
    tries,
    Array.from({ length: 60 }, () => scan()),
  )
  for (let done = 0; done < looked.length || done === 0; done += 1) {
    await settled()
    end(looked[done], done % 2 === 0)
    await settled()
  }
  const wrong = looked.filter((_, index) => index % 2 === 1)
  assert.equal(wrong.length, 10)
  assert.equal(looked.length + refused.length, 60)
})

test('N58: the day is waited for as a window is, and whoever is one too many comes again soon', async () => {
  const { tries, scan } = setUp()
  const from = (n: number) => scan({ address: elsewhere(n) })
  const { looked, refused } = many(
    tries,
    Array.from({ length: 200 }, (_, n) => from(n)),
  )
  await settled()
  assert.deepEqual([looked.length, refused], [60, Array(40).fill(3)])
  for (let done = 0; done < looked.length; done += 1) {
    end(looked[done], true)
    await settled()
  }
  assert.deepEqual([looked.length, refused.length], [160, 40])
})

test('N58: what is used up by wrong ones is waited for by nobody, whatever is under way elsewhere', async () => {
  const { tries, scan, guess, looked: all } = setUp()
  await all(10, () => guess(scan()))
  const other = many(tries, [scan({ address: elsewhere(1) })])
  await settled()
  assert.equal(other.looked.length, 1)
  const { refused } = many(tries, [scan()])
  await settled()
  assert.deepEqual(refused, [900])
})
