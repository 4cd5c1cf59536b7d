/** A schema whose fields say what they must be, as a sentence goes on after "must be". */
interface Described {
  expected?: string
  properties?: Record<string, Described>
  items?: Described
}

export interface SchemaError {
  /** A JSON pointer (RFC 6901) to what is wrong. */
  instancePath: string
  params: object
}

/**
 * What is wrong with a document, in sentences that name the field and what would be right.
 * @param schema its fields have `expected` beside them; see `field` of shown-text.ts.
 * @param whole what the document itself is called, e.g. `A policy`.
 */
export function faultsOf(schema: object, whole: string, errors: readonly SchemaError[]): string[] {
  return [...new Set(errors.map(error => faultOf(schema, whole, error)))]
}

function faultOf(schema: object, whole: string, { instancePath, params }: SchemaError): string {
  const { requiredProperties: [missing] = [] } = params as { requiredProperties?: string[] }
  const names = [...instancePath.split('/').slice(1), ...(missing ? [missing] : [])]
  let path = ''
  let described: Described = schema
  for (const name of names) {
    const inner = described.properties ? described.properties[name] : described.items
    // Where an item says nothing of itself, it is said what the whole list must be.
    if (inner?.expected === undefined) break
    if (!described.properties) path += `[${name}]`
    else path += path === '' ? name : `.${name}`
    described = inner
  }
  return `${path === '' ? whole : `\`${path}\``} must be ${described.expected}.`
}
