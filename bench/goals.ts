/** One thing that is held against a figure; where nothing else is said, less is better. */
export interface Goal {
  what: string
  unit: string
  /** A figure that misses it fails `npm run bench` on a quiet machine. */
  must: number
  reach: number
  isMoreBetter?: true
}

/** P1-P20, each a ratio or a difference to something measured in the same run wherever there is such a thing. */
export const goals = {
  'P1 jwt': {
    what: 'start of the seed (JWT), CPU over a bare Fastify',
    unit: 'µs',
    must: 12,
    reach: 7,
  },
  'P1 kiosk': {
    what: 'start by an enrolled kiosk’s cookie, CPU over a bare Fastify',
    unit: 'µs',
    must: 18,
    reach: 11,
  },
  P2: {
    what: 'start of the seed’s stack, CPU of the gate’s',
    unit: '×',
    must: 5,
    reach: 8,
    isMoreBetter: true,
  },
  P3: {
    what: 'approval → kiosk, without the hash, of Fastify with a bare socket, p50',
    unit: '×',
    must: 3,
    reach: 1.5,
  },
  P4: {
    what: 'the same across two nodes, over one node, p50',
    unit: 'ms',
    must: 2,
    reach: 0.7,
  },
  P5: {
    what: 'approval → kiosk with argon2id, over the hash, p50',
    unit: 'ms',
    must: 3,
    reach: 1.5,
  },
  P6: {
    what: 'loop delay while 32 sign in, over the idle gate’s, p99',
    unit: 'ms',
    must: 7,
    reach: 2,
  },
  P6b: {
    what: 'longest loop delay with 20 000 overdue rows, over the idle gate’s',
    unit: 'ms',
    must: 50,
    reach: 10,
  },
  P7: { what: 'memory of a waiting kiosk, of a bare ws socket’s', unit: '×', must: 2, reach: 1.5 },
  P8: { what: 'CPU of 10 000 idle kiosks', unit: '% of a core', must: 5, reach: 3 },
  P9: {
    what: 'further connections to Redis and Postgres of 500 kiosks',
    unit: '',
    must: 0,
    reach: 0,
  },
  P10: { what: 'CPU to start and connect one kiosk', unit: 'ms', must: 0.35, reach: 0.2 },
  'P10 back': {
    what: 'until 10 000 kiosks are back after SIGKILL and a start',
    unit: 's',
    must: 20,
    reach: 8,
  },
  P11: {
    what: 'heap after 10 000 connections and 2 000 sign-ins, of before',
    unit: '×',
    must: 1.05,
    reach: 1,
  },
  P12: { what: 'SIGTERM with 10 000 waiting → exit', unit: 's', must: 5, reach: 2 },
  P13: { what: 'modules of a QR, a side', unit: '', must: 33, reach: 33 },
  'P13 seed': { what: 'modules of the seed’s QR, a side', unit: '', must: 57, reach: 57 },
  P14: { what: 'phone page to a usable form, gz', unit: 'KB', must: 14, reach: 8 },
  'P14 requests': { what: 'its requests', unit: '', must: 1, reach: 1 },
  P15: { what: 'kiosk page, first load, gz, fonts apart', unit: 'KB', must: 35, reach: 25 },
  'P15 sdk': { what: 'SDK without element, gz', unit: 'KB', must: 5, reach: 4.5 },
  P16: { what: 'CPU from process start to listening', unit: 's', must: 0.5, reach: 0.3 },
  P18: {
    what: 'sign-ins without the hash, SQLite FULL',
    unit: 'per s',
    must: 500,
    reach: 1_500,
    isMoreBetter: true,
  },
  P19: {
    what: 'claim → webhook → number on kiosk and phone, p50',
    unit: 'ms',
    must: 25,
    reach: 10,
  },
  P20: {
    what: 'a returning visitor: scan → approved on the kiosk, slow 4G, a quarter of the CPU',
    unit: 's',
    must: 1,
    reach: 0.7,
  },
} satisfies Record<string, Goal>

export type GoalId = keyof typeof goals

/** One figure, and what it was made of. */
export interface Measured {
  goal: GoalId
  value: number
  /** What stands behind it, in the units that the names say. */
  parts: Record<string, number>
}

export type Verdict = 'reached' | 'held' | 'missed'

export function verdictOf({ goal, value }: Measured): Verdict {
  const { must, reach, isMoreBetter }: Goal = goals[goal]
  const isWithin = (most: number) => (isMoreBetter ? value >= most : value <= most)
  if (isWithin(reach)) return 'reached'
  return isWithin(must) ? 'held' : 'missed'
}
