import type { Services } from '@qrgate/sdk/protocol'
import { Compile } from 'typebox/compile'
import { lazy } from '../lazy.ts'
import { faultsOf } from './schema-faults.ts'
import { servicesSchema } from './service.ts'

const compiled = lazy(() => Compile(servicesSchema))

/**
 * Reads what an operator has written of a client's services. What is wrong with it is said in sentences that
 * name the field and what would be right.
 */
export function readServices(text: string): Services | { faults: string[] } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { faults: [`This is no JSON: ${(error as SyntaxError).message}.`] }
  }
  if (!compiled().Check(value)) {
    return { faults: faultsOf(servicesSchema, 'The document', compiled().Errors(value)) }
  }
  const { services } = value
  const seen = new Set<string>()
  for (const { id } of services) {
    if (seen.has(id)) return { faults: [`The service \`${id}\` is there twice.`] }
    seen.add(id)
  }
  return { services }
}
