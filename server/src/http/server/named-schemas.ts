/**
 * A schema that has a `title` is one of the wire's words: the API's document tells it once, by that name,
 * and refers to it everywhere else. Fastify keeps its schemas whole: validation knows no references.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }
type Schema = { [key: string]: Json | undefined }

/** What an OpenAPI document has by name, by kind. */
export interface Components {
  schemas?: Record<string, unknown>
}

/**
 * @param document of OpenAPI, with whole schemas. It stays as it is.
 * @returns the same with its named schemas among the components.
 * @throws Error where two different schemas have one name.
 */
export function withNamedSchemas<Document extends { components?: Components }>(
  document: Document,
): Document {
  const named = new Map<string, Schema>()
  const rest = told(document as unknown as Schema, named) as unknown as Document
  const schemas = Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...rest, components: { ...rest.components, schemas } }
}

/** @param named what was found so far, by name. */
function told(json: Json, named: Map<string, Schema>): Json {
  if (Array.isArray(json)) return json.map(item => told(item, named))
  if (json === null || typeof json !== 'object') return json
  const entries = Object.entries(json).map(([key, value]) => {
    return [key, value === undefined ? undefined : told(value, named)] as const
  })
  const whole: Schema = Object.fromEntries(entries)
  if (!isSchema(whole)) return whole
  const { title, expected, about, usual, ...schema } = whole
  // Generators make an enumeration of it only where its type is said.
  const type = schema.type ?? typeOfAll(schema.enum)
  if (type) schema.type = type
  const here = sentence(about)
  const always = schema.description ?? sentence(expected)
  if (typeof title !== 'string') {
    const description = [here, always].filter(Boolean).join(' ')
    return description === '' ? schema : { ...schema, description }
  }
  const component = { ...schema, ...(always && { description: always }) }
  const known = named.get(title)
  if (known && JSON.stringify(known) !== JSON.stringify(component)) {
    throw new Error(`two different schemas are called ${title}`)
  }
  named.set(title, component)
  const $ref = `#/components/schemas/${title}`
  return here ? { $ref, description: here } : { $ref }
}

/** Everything else that has a title is no schema: the document itself, and a field of that name. */
function isSchema({ type, enum: values, anyOf, allOf, const: only }: Schema): boolean {
  const isType = typeof type === 'string' || isTypeList(type)
  return isType || [values, anyOf, allOf].some(Array.isArray) || only !== undefined
}

function typeOfAll(values: Json | undefined): string | undefined {
  if (!Array.isArray(values)) return undefined
  if (values.every(value => typeof value === 'string')) return 'string'
  return values.every(Number.isInteger) ? 'integer' : undefined
}

function isTypeList(type: Json | undefined): boolean {
  return Array.isArray(type) && type.every(name => typeof name === 'string')
}

/** What messages to operators put in the middle of a sentence (`field` of protocol/shown-text.ts). */
function sentence(text: Json | undefined): string {
  if (typeof text !== 'string' || text === '') return ''
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
