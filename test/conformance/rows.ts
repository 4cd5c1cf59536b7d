import type { Move, SignIn } from '../../server/src/protocol/sign-in.ts'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'

export const start = 1_800_000_000_000

let count = 0

export function freshId(): string {
  count += 1
  const random = Buffer.alloc(10)
  random.writeUInt32BE(count, 6)
  return createSignInId(start, random)
}

export function scanned(id: string, change: Partial<SignIn> = {}): SignIn {
  return {
    id,
    kiosk: 101,
    claimable: true,
    state: 'scanned',
    reason: null,
    seq: 1,
    deadline: start + 180_000,
    phoneHash: 'hash of the phone',
    phoneKind: 'iphone',
    account: null,
    amr: null,
    approvedAt: null,
    claimedAt: null,
    updatedAt: start,
    ...change,
  }
}

export function scan(id: string, change: Partial<SignIn> = {}): () => Move {
  return () => ({ next: scanned(id, change), events: ['scan'] })
}

export function account(key: string, change: Partial<Account> = {}): Account {
  return {
    key,
    id: '홍Gildong',
    name: '홍길동',
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    subjectSeed: 'c2VlZA',
    disabledAt: null,
    createdAt: start,
    ...change,
  }
}

export function kiosk(change: Partial<Kiosk> = {}): Omit<Kiosk, 'number'> {
  const { number: _, ...rest } = { number: 0, ...change }
  return {
    name: { ko: '1층 접수', en: 'Reception, ground floor' },
    ticket: 'compact',
    claimable: true,
    credentialHash: null,
    linkHash: null,
    linkExpiresAt: null,
    revokedAt: null,
    createdAt: start,
    ...rest,
  }
}
