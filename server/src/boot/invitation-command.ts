import { randomBytes } from 'node:crypto'
import {
  createInvitations,
  type Invitations,
  longestInvitation,
  nameOf,
} from '../accounts/invitations.ts'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { readInvitationCode } from '../protocol/invitation-code.ts'
import { isoTime, operator, say, sayJson, warn, withStore } from './command.ts'

const day = 86_400_000

/** `qrgate account invite` */
export async function invite({ days, uses }: { days?: string; uses?: string }): Promise<void> {
  const lasting = countOf('--days', days ?? '7', longestInvitation / day) * day
  const accounts = countOf('--uses', uses ?? '1', 10_000)
  await withInvitations(async (invitations, { registration, publicUrl }) => {
    const code = await invitations.invite({ lasting, uses: accounts }, operator())
    const many = accounts === 1 ? 'one account' : `${accounts} accounts`
    say(`This code adds ${many} within ${lasting / day} days; it is shown once:`)
    say(`\n  ${code}\n`)
    say('Whoever signs up at a kiosk types it there, or opens this link on the same phone before:')
    say(`\n  ${publicUrl}/invited/${code}\n`)
    if (registration === 'invitation') return
    const now = registration === 'open' ? 'anybody may sign up' : 'nobody may sign up'
    warn(`As QRGATE_REGISTRATION is ${registration}, ${now}; no code is asked for.`)
  })
}

/** `qrgate account invitations` */
export async function listInvitations({ json = false }: { json?: boolean }): Promise<void> {
  await withInvitations(async invitations => {
    const open = await invitations.open()
    if (json) {
      const rows = open.map(({ name, usesLeft, createdAt, expiresAt }) => {
        const times = { created_at: isoTime(createdAt), expires_at: isoTime(expiresAt) }
        return { name, uses_left: usesLeft, ...times }
      })
      return sayJson(rows)
    }
    for (const { name, usesLeft, expiresAt } of open) {
      say(`${name}…  ${`${usesLeft}`.padStart(5)} left  until ${isoTime(expiresAt)}`)
    }
  }, 'look')
}

/** `qrgate account uninvite` @param text the beginning of a code as `invitations` shows it, or all of it. */
export async function uninvite(text: string): Promise<void> {
  await withInvitations(async invitations => {
    const name = nameOf(readInvitationCode(text) ?? text.trim().toUpperCase())
    if (!(await invitations.revoke(name, operator()))) {
      throw new OperatorError(`There is no invitation "${text}" that is good still.`)
    }
    say(`The invitation ${name}… adds no account any more.`)
  })
}

function countOf(option: string, text: string, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new OperatorError(`${option} is a number from 1 to ${most}, not "${text}".`)
}

async function withInvitations(
  work: (invitations: Invitations, config: Config) => Promise<void>,
  opening?: 'look',
): Promise<void> {
  await withStore(async (store, config, clock) => {
    await work(createInvitations({ records: store.invitations, clock, randomBytes }), config)
  }, opening)
}
