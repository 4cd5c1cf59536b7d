/** What the page reads of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1). */
export interface Contract {
  info: { title: string; description?: string }
  tags?: readonly { name: string; description?: string }[]
  paths?: Record<string, PathItem | undefined>
  components?: {
    schemas?: Record<string, Schema>
    securitySchemes?: Record<string, SecurityScheme>
  }
}

/** How somebody shows who they are; ours do so by a bearer or a cookie. */
export interface SecurityScheme extends Referable {
  type?: string
  in?: string
  name?: string
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

type PathItem = { [Method in (typeof methods)[number]]?: Operation }

export interface Operation {
  summary?: string
  tags?: readonly string[]
  security?: readonly Record<string, unknown>[]
  parameters?: readonly Parameter[]
  requestBody?: Body
  responses?: Record<string, Body>
}

/** Where a document may refer to something else; ours does so for schemas only. */
interface Referable {
  $ref?: string
}

export interface Parameter extends Referable {
  name?: string
  in?: string
  required?: boolean
  description?: string
  schema?: Schema
}

/** What a request or an answer carries, for each media type. */
export interface Body extends Referable {
  description?: string
  content?: Record<string, { schema?: Schema }>
}

/** Those words of JSON Schema that the schemas of our routes use. */
export interface Schema extends Referable {
  type?: string | readonly string[]
  enum?: readonly unknown[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: readonly string[] | boolean
  items?: Schema
  description?: string
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
}

export interface Route {
  method: string
  path: string
  operation: Operation
}

export interface Section {
  name: string
  description: string
  routes: Route[]
}

/** All routes under their first tag, in the document's order of tags; those without one come last. */
export function sectionsOf({ tags = [], paths = {} }: Contract): Section[] {
  const sections = new Map(
    tags.map(({ name, description = '' }) => [name, { name, description, routes: [] as Route[] }]),
  )
  for (const [path, item = {}] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = item[method]
      if (operation === undefined) continue
      const name = operation.tags?.[0] ?? 'other'
      const section = sections.get(name) ?? { name, description: '', routes: [] }
      sections.set(name, section)
      section.routes.push({ method: method.toUpperCase(), path, operation })
    }
  }
  return [...sections.values()].filter(({ routes }) => routes.length > 0)
}
