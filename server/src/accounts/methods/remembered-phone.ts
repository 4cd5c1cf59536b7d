import { Refusal } from '../../errors.ts'
import type { RememberedPhones } from '../remembered-phones.ts'
import type { Prove } from './proof.ts'

/**
 * One tap on a phone that is remembered. How and when somebody has proven who they are is told as it was.
 * @param secret what the phone has kept; empty where it has nothing.
 * @throws Refusal `method_not_allowed`, `phone_forgotten`.
 */
export function byRememberedPhone(
  phones: Pick<RememberedPhones, 'find' | 'use'>,
  secret: string,
): Prove {
  return async ({ requireOpen }) => {
    requireOpen('remembered')
    const returning = await phones.find(secret)
    if (!returning) throw new Refusal('phone_forgotten')
    const { account, phone } = returning
    const { amr, provenAt } = phone
    return {
      ...{ account, method: 'remembered', amr, provenAt },
      also: { rememberedPhones: phones.use(phone) },
    }
  }
}
