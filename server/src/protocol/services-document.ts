import type { Services } from '@qrgate/sdk/protocol'
import { readsJson } from './json-document.ts'
import { servicesSchema } from './service.ts'

const read = readsJson(servicesSchema, 'The document')

/**
 * Reads what an operator has written of a client's services. What is wrong with it is said in sentences that
 * name the field and what would be right.
 */
export function readServices(text: string): Services | { faults: string[] } {
  const document = read(text)
  if ('faults' in document) return document
  const { services } = document.value
  const seen = new Set<string>()
  for (const { id } of services) {
    if (seen.has(id)) return { faults: [`The service \`${id}\` is there twice.`] }
    seen.add(id)
  }
  return { services }
}
