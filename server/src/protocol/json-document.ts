import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { lazy } from '../lazy.ts'
import { faultsOf } from './schema-faults.ts'

/**
 * Reads documents that operators write as JSON. What is wrong with one is said in sentences that name the field
 * and what would be right.
 * @param whole what the document itself is called, e.g. `The notice`.
 */
export function readsJson<Schema extends TSchema>(schema: Schema, whole: string) {
  const compiled = lazy(() => Compile(schema))

  return (text: string): { value: Static<Schema> } | { faults: string[] } => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      return { faults: [`This is no JSON: ${(error as SyntaxError).message}.`] }
    }
    if (compiled().Check(value)) return { value: value as Static<Schema> }
    return { faults: faultsOf(schema, whole, compiled().Errors(value)) }
  }
}
