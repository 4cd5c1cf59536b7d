import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Refusal, RefusalCode } from '../errors.ts'
import { type LogEvent, system } from '../protocol/log-event.ts'
import type { LogRecords } from '../store/log.ts'
import { countWrongPasswords, type WrongPasswords } from './wrong-passwords.ts'

export interface RefusedTries {
  /** Notes a refusal; what is no try at anything is passed over. @param address where it came from. */
  count(refusal: Refusal, address: string): void
  /** Writes down what is counted, and stops. */
  stop(): Promise<void>
}

export interface RefusedTriesParts {
  log: Pick<LogRecords, 'add'>
  clock: Clock
  /** What stands for an address: guesses come from networks. */
  networkOf(address: string): string
  onError(error: unknown): void
  /** Told at most once a minute, when more passwords were wrong than people mistype. */
  onAlarm?(wrong: WrongPasswords): void
}

/** How long tries are counted together, in milliseconds. */
const every = 60_000
/** Who tries most has rows of their own; all others of a code share one. */
const rowsOfTheirOwn = 10
/** Counts that are kept apart in memory, however many addresses somebody has. */
const most = 1_000

/** Refusals that say: somebody tried what they may not do. Others are everyday or mere noise. */
const tries = new Set<RefusalCode>([
  // Who signs up is told that an id is taken: that may be asked of one id after the other.
  'account_exists',
  'account_unusable',
  'agreement_wrong',
  'client_unknown',
  'client_wrong',
  'cross_site',
  'hand_off_unknown',
  'in_use',
  'invitation_wrong',
  'kiosk_not_enrolled',
  'kiosk_revoked',
  'kiosk_secret_wrong',
  'link_unknown',
  'link_used',
  'method_not_allowed',
  'not_your_phone',
  'receipt_stale',
  'receipt_wrong',
  'registration_closed',
  'ticket_stale',
  'ticket_unknown',
  'too_many',
  'too_many_codes',
  'passkey_wrong',
  'phone_forgotten',
  'too_many_tries',
  'user_code_unknown',
  'wrong_credentials',
])

interface Tried {
  code: RefusalCode
  account: string | null
  network: string
  count: number
}

/**
 * Refused tries, counted by the minute on each node: a stranger must leave a trace, and must not be
 * able to fill a log that is kept for years.
 */
export function countRefusedTries(parts: RefusedTriesParts): RefusedTries {
  let counted = new Map<string, Tried>()
  const wrongPasswords = countWrongPasswords()

  const add = ({ count, ...tried }: Tried) => {
    const key = `${tried.code} ${tried.account} ${tried.network}`
    const known = counted.get(key)
    if (known) known.count += count
    else if (counted.size < most) counted.set(key, { ...tried, count })
    else addToRest(counted, { ...tried, count })
  }

  const write = async () => {
    if (counted.size === 0) return
    const written = counted
    counted = new Map()
    try {
      const at = parts.clock()
      await parts.log.add(inFewRows([...written.values()]).map(tried => eventOf(tried, at)))
    } catch (error) {
      // Next time, then.
      for (const tried of written.values()) add(tried)
      parts.onError(error)
    }
  }
  // One after the other: whoever stops must not miss what another write has taken and gives back.
  let writing = Promise.resolve()
  const writeNext = () => {
    writing = writing.then(write)
    return writing
  }
  // Not with the rows: a log that cannot be written just then must not keep the alarm back.
  const raiseAlarm = () => {
    const wrong = wrongPasswords.take(every / 1000)
    if (wrong) parts.onAlarm?.(wrong)
  }
  const timer = setInterval(() => {
    raiseAlarm()
    return writeNext()
  }, every)
  timer.unref()

  return {
    count({ code, account = null }, address) {
      if (!tries.has(code)) return
      const network = parts.networkOf(address)
      // A proxy may forward anything at all; only a network is kept.
      const known = isIP(network.replace(/\/64$/, '')) > 0 ? network : ''
      add({ code, account, network: known, count: 1 })
      wrongPasswords.add(code, account, known)
    },
    async stop() {
      clearInterval(timer)
      raiseAlarm()
      await writeNext()
    },
  }
}

/** The largest counts as they are, and one sum for all others of a code. */
function inFewRows(all: readonly Tried[]): Tried[] {
  const sorted = all.toSorted((a, b) => b.count - a.count)
  const rest = new Map<string, Tried>()
  for (const tried of sorted.slice(rowsOfTheirOwn)) addToRest(rest, tried)
  return [...sorted.slice(0, rowsOfTheirOwn), ...rest.values()]
}

function addToRest(rest: Map<string, Tried>, { code, count }: Tried): void {
  const sum = rest.get(code)
  if (sum) sum.count += count
  else rest.set(code, { code, account: null, network: '', count })
}

function eventOf({ code, account, network, count }: Tried, at: number): LogEvent {
  return {
    event: 'tries.refused',
    at,
    actor: { ...system, ...(network && { address: network }) },
    subject: { kind: 'refusal', id: code },
    account,
    detail: { count, seconds: every / 1000 },
  }
}
