import assert from 'node:assert/strict'
import { createRedisClient } from '../../server/src/redis/client.ts'
import type { Kiosk } from './kiosk.ts'
import { until } from './patience.ts'
import { claimPatiently, scanPatiently, signInPatiently, startPatiently } from './patient-visit.ts'
import { type Production, password } from './production.ts'

const account = 'visitor-0'

/** From start to claim, kiosk on A and phone on B; the kiosk learns of each step before the next. */
export async function signInAcross(production: Production, kiosk: Kiosk): Promise<string> {
  const [a, b] = production.nodes
  const screen = kiosk.at(a.url)
  const signIn = await startPatiently(screen)
  const socket = await screen.watch(signIn)
  await socket.state(signIn.id, 'pending')
  const phone = production.phone(b.url)
  await scanPatiently(screen, signIn, phone)
  await socket.state(signIn.id, 'scanned')
  await signInPatiently(phone, signIn, account, password)
  await socket.state(signIn.id, 'approved')
  const { account: who } = await claimPatiently(kiosk.at(b.url), signIn)
  assert.equal(who.name, '홍*동')
  const told = socket.heard.flatMap(message => (message.type === 'state' ? [message.seq] : []))
  assert.deepEqual(
    told,
    [...new Set(told)].toSorted((a, b) => a - b),
    'each state once, and in order',
  )
  socket.cut()
  return signIn.id
}

/** Waits until both nodes listen to Redis, and what happens on B is published there. @param url of that Redis. */
export async function hintsAreBack(
  production: Production,
  kiosk: Kiosk,
  { url } = production.redis,
): Promise<void> {
  const client = createRedisClient(url)
  await client.connect()
  const listener = createRedisClient(url)
  await listener.connect()
  try {
    const channels = Array.from({ length: 64 }, (_, shard) => `qrgate:${shard}`)
    await until('both nodes listen to every channel', async () => {
      const listeners = Object.values(await client.pubSubNumSub(channels))
      return listeners.every(count => count === production.nodes.length)
    })
    const heard = new Set<string>()
    await listener.pSubscribe('qrgate:*', id => heard.add(id))
    await until('a sign-in is hinted at', async () =>
      heard.has(await signInAcross(production, kiosk)),
    )
  } finally {
    client.destroy()
    listener.destroy()
  }
}
