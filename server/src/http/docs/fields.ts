import type { Schema } from './contract.ts'

/** One line of a table: a field of a JSON text, wherever in it. */
export interface Field {
  /** With what it stands in: `frame.url`, `frames[].url`, `parts.*.status`. */
  name: string
  type: string
  required: boolean
  about: string
}

type Schemas = Record<string, Schema>

/** Every field of a schema, the outer before those within. @param known what a `$ref` may name. */
export function fieldsOf(schema: Schema, known: Schemas = {}, within = ''): Field[] {
  const { properties = {}, additionalProperties, required, items } = shapeOf(schema, known)
  const named = Object.entries(properties)
  const needed = Array.isArray(required) ? required : []
  const own = named.flatMap(([name, inner]) => {
    const full = `${within}${name}`
    return [fieldOf(full, inner, needed.includes(name), known), ...innerFields(inner, known, full)]
  })
  if (typeof additionalProperties === 'object') {
    const full = `${within}*`
    own.push(fieldOf(full, additionalProperties, false, known))
    own.push(...innerFields(additionalProperties, known, full))
  }
  return items === undefined ? own : [...own, ...innerFields(items, known, `${within}[]`)]
}

function innerFields(schema: Schema, known: Schemas, name: string): Field[] {
  const { items } = shapeOf(schema, known)
  return items === undefined
    ? fieldsOf(schema, known, `${name}.`)
    : innerFields(items, known, `${name}[]`)
}

function fieldOf(name: string, schema: Schema, required: boolean, known: Schemas): Field {
  return { name, type: typeOf(schema, known), required, about: aboutOf(schema, known) }
}

/** In words that fit into a cell: `string[]`, `pending | scanned`. */
export function typeOf(schema: Schema, known: Schemas = {}): string {
  const { type, enum: values, anyOf, oneOf, items } = resolved(schema, known)
  if (values !== undefined) return values.map(String).join(' | ')
  const choices = anyOf ?? oneOf
  if (choices !== undefined) return choices.map(choice => typeOf(choice, known)).join(' | ')
  if (items !== undefined) return `${typeOf(items, known)}[]`
  return typeof type === 'string' ? type : (type?.join(' | ') ?? 'any')
}

/** What it is for, and which values are taken. */
export function aboutOf(schema: Schema, known: Schemas = {}): string {
  const { description, default: preset, ...limits } = shapeOf(schema, known)
  const { minimum, maximum, minLength, maxLength, pattern } = limits
  const parts = [
    description,
    range(minimum, maximum),
    range(minLength, maxLength, ' characters'),
    pattern !== undefined && `Like ${pattern}.`,
    preset !== undefined && `Default: ${String(preset)}.`,
  ]
  return parts.filter(Boolean).join(' ')
}

function range(least: number | undefined, most: number | undefined, unit = ''): string {
  if (least !== undefined && most !== undefined) return `From ${least} to ${most}${unit}.`
  if (least !== undefined) return `At least ${least}${unit}.`
  return most === undefined ? '' : `At most ${most}${unit}.`
}

/** Of what may also be null, what it is otherwise. */
function shapeOf(schema: Schema, known: Schemas): Schema {
  const own = resolved(schema, known)
  const [choice, ...more] = (own.anyOf ?? []).filter(({ type }) => type !== 'null')
  return choice === undefined || more.length > 0 ? own : { ...resolved(choice, known), ...own }
}

function resolved(schema: Schema, known: Schemas): Schema {
  if (schema.$ref === undefined) return schema
  return known[schema.$ref.split('/').at(-1) ?? ''] ?? {}
}
