import type { Bus } from './bus.ts'
import { localBus } from './local.ts'

/** The bus that `REDIS_URL` names; the one of a single node where it names none. */
export async function openBus(redisUrl: string, onError: (error: unknown) => void): Promise<Bus> {
  if (redisUrl === '') return localBus()
  const { redisBus } = await import('./redis.ts')
  return redisBus(redisUrl, onError)
}
