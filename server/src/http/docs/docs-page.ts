import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { publicDir } from '../public-dir.ts'
import { html, type Markup, raw } from '../server/markup.ts'
import {
  type Body,
  type Contract,
  type Parameter,
  type Route,
  type SecurityScheme,
  sectionsOf,
} from './contract.ts'
import { aboutOf, type Field, fieldsOf, typeOf } from './fields.ts'

export function readDocsStyle(): Promise<string> {
  return readFile(new URL('docs.css', publicDir), 'utf8')
}

/** The API as a page to read, under the same policy as all others: no script, nothing from elsewhere. */
export function addDocsPage(pages: FastifyInstance, style: string): void {
  pages.get('/api/docs', { schema: { hide: true } }, async (_request, reply) => {
    const page = renderDocs(await pages.openApi(), style)
    return reply.type('text/html; charset=utf-8').send(page)
  })
}

/** @param style the built style sheet; the content security policy names it by its hash. */
export function renderDocs(contract: Contract, style: string): string {
  const { title, description } = contract.info
  const sections = sectionsOf(contract)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>API · ${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>${title} API</h1>
<p>${prose(description ?? '')}</p>
<p>For programs: <a href="/api/openapi.json">OpenAPI 3.1</a></p>
</header>
<nav aria-label="Routes">
${sections.map(
  ({ name, routes }) => html`<h2><a href="#${name}">${name}</a></h2>
<ul>${routes.map(route => html`<li><a href="#${anchor(route)}">${routeName(route)}</a></li>`)}</ul>`,
)}
</nav>
<main>
${sections.map(
  ({ name, description, routes }) => html`<section id="${name}">
<h2>${name}</h2>
<p>${prose(description ?? '')}</p>
${routes.map(route => routeArticle(route, contract))}
</section>`,
)}
</main>
</body>
</html>
`.toString()
}

function routeName({ method, path }: Route): Markup {
  return html`<span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code>`
}

function anchor({ method, path }: Route): string {
  return `${method}${path}`.replaceAll(/[^\w]+/g, '-')
}

function routeArticle(route: Route, { components }: Contract): Markup {
  const { summary, security = [], parameters = [], requestBody, responses = {} } = route.operation
  const known = components?.schemas ?? {}
  const proofs = security.map(proof => proofNeeded(proof, components?.securitySchemes ?? {}))
  const sent = requestBody && fieldsOfBody(requestBody, known)
  return html`<article id="${anchor(route)}">
<h3>${routeName(route)}</h3>
<p>${prose(summary ?? '')}</p>
${proofs.map((proof, index) => html`<p class="proof">${index === 0 ? 'Needs' : 'or'} ${proof}</p>`)}
${parameters.length > 0 && fieldTable('Parameters', parameters.map(parameterField))}
${sent !== undefined && sent.length > 0 && fieldTable('Body', sent)}
${answersOf(responses).map(({ statuses, body }) =>
  fieldTable(`Answer ${statuses.join(', ')}`, fieldsOfBody(body, known), body.description),
)}
${refusalList(responses)}
</article>`
}

function proofNeeded(
  proof: Record<string, unknown>,
  schemes: Record<string, SecurityScheme>,
): Markup {
  const [name] = Object.keys(proof)
  if (name === undefined) return html`nothing`
  const { type, name: cookie } = schemes[name] ?? {}
  if (type === 'apiKey') return html`<code>Cookie: ${cookie}</code> ${name}`
  return html`<code>Authorization: Bearer</code> ${name}`
}

function parameterField({ name = '', in: place, required = false, ...more }: Parameter): Field {
  const { schema = {}, description = schema.description } = more
  const about = aboutOf({ ...schema, ...(description !== undefined && { description }) })
  return { name, type: `${typeOf(schema)}, in ${place}`, required, about }
}

/** Our bodies have one schema each, whatever the media type. */
function fieldsOfBody({ content = {} }: Body, known: Parameters<typeof fieldsOf>[1]): Field[] {
  const [first] = Object.values(content)
  return fieldsOf(first?.schema ?? {}, known)
}

/** Statuses that are answered alike, told once. */
function answersOf(responses: Record<string, Body>): { statuses: string[]; body: Body }[] {
  const said = Object.entries(responses).filter(([, body]) => refusalsIn(body).length === 0)
  const alike = Map.groupBy(said, ([, body]) => JSON.stringify(body))
  return [...alike.values()].flatMap(same => {
    const [first] = same
    return first ? [{ statuses: same.map(([status]) => status), body: first[1] }] : []
  })
}

/** What is refused stands in the description, a line for each code: that is all there is to tell of it. */
function refusalsIn({ description = '' }: Body): string[] {
  return description.startsWith('- ') ? description.split('\n').map(line => line.slice(2)) : []
}

function refusalList(responses: Record<string, Body>): Markup | false {
  const lines = Object.entries(responses).flatMap(([status, body]) =>
    refusalsIn(body).map(line => html`<li>${status} ${prose(line)}</li>`),
  )
  return lines.length > 0 && html`<h4>Refusals</h4><ul>${lines}</ul>`
}

function fieldTable(caption: string, fields: readonly Field[], about = ''): Markup {
  const head = html`<h4>${caption}</h4>${about !== '' && html`<p>${prose(about)}</p>`}`
  if (fields.length === 0) return head
  return html`${head}
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">About</th></tr></thead>
<tbody>
${fields.map(
  ({ name, type, required, about }) => html`<tr>
<th scope="row"><code>${name}</code>${!required && html` <small>optional</small>`}</th>
<td>${type}</td>
<td>${prose(about)}</td>
</tr>`,
)}
</tbody>
</table>`
}

/** What stands between backticks is code. */
function prose(text: string): Markup {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
