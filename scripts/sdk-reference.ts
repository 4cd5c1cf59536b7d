import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** What the SDK offers its users, by the headings under which docs/sdk.md must name it. */
export type Reference = ReadonlyMap<string, ReadonlySet<string>>

interface Node {
  type: string
  [key: string]: unknown
}

/** Called by the browser, never by whoever uses an element. */
const lifecycle = /^(connected|disconnected|adopted|attributeChanged)Callback$/

/** @param folder the SDK's own, with its package.json and src/. */
export function referenceOf(folder: string): Reference {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  const { exports } = JSON.parse(read('package.json')) as {
    exports: Record<string, { source: string }>
  }
  const reference = new Map<string, ReadonlySet<string>>()
  for (const [entry, { source }] of Object.entries(exports)) {
    const name = entry === '.' ? '@qrgate/sdk' : `@qrgate/sdk${entry.slice(1)}`
    reference.set(`Exports of \`${name}\``, new Set(exportsOf(read(source))))
  }

  const kiosk = read('src/element/kiosk.ts')
  const qr = read('src/element/qr-element.ts')
  const drawn = readdirSync(join(folder, 'src/element'))
    .filter(file => !file.endsWith('.test.ts') && !/^(kiosk|qr-element)\.ts$/.test(file))
    .map(file => read(`src/element/${file}`))
    .join('\n')
  const add = (heading: string, text: string, ...patterns: RegExp[]) => {
    const found = patterns.flatMap(pattern => [...text.matchAll(pattern)].map(([, name]) => name))
    reference.set(heading, new Set(found.filter(name => name !== undefined)))
  }
  const observed = (/observedAttributes = \[([^\]]+)\]/.exec(kiosk)?.[1] ?? '').split(', ')
  const named = `${kiosk} ${observed.map(name => `getAttribute(${name})`)}`
  add('Attributes of `<qrgate-kiosk>`', named, /[aA]ttribute\('([\w-]+)'/g)
  add('Events of `<qrgate-kiosk>`', kiosk, /#dispatch(?:<\w+>)?\('(qrgate-[\w-]+)'/g)
  const screens =
    /ScreenName =([^\n]*(?:\n {2}\|[^\n]*)*)/.exec(read('src/screen-update.ts'))?.[1] ?? ''
  const slots = [...drawn.matchAll(/node\('slot', \{ name: ('[\w-]+')/g)].map(([, name]) => name)
  add('Slots of `<qrgate-kiosk>`', `${screens} ${slots}`, /'([\w-]+)'/g)
  add('Parts of `<qrgate-kiosk>`', drawn, /part: '([\w-]+)'/g, /exportparts: '([\w-]+)'/g)
  add(
    'Custom properties of `<qrgate-kiosk>`',
    read('src/element/style.ts'),
    /var\((--qrgate-[\w-]+)/g,
  )
  add('Attributes of `<qrgate-qr>`', qr, /#set\('([\w-]+)'/g)
  add('Parts of `<qrgate-qr>`', qr, /part: '([\w-]+)'/g)

  const members = (heading: string, text: string, name: string) =>
    reference.set(heading, new Set(membersOf(text, name)))
  members('Properties and methods of `<qrgate-kiosk>`', kiosk, 'KioskElement')
  members('Properties of `<qrgate-qr>`', qr, 'QrElement')
  members('Members of `Kiosk`', read('src/kiosk.ts'), 'Kiosk')
  members('Members of `Turn`', read('src/turn.ts'), 'Turn')
  members('Members of `SignIn`', read('src/sign-in.ts'), 'SignIn')
  members('Members of `Client`', read('src/client.ts'), 'Client')
  members('Members of `GateError`', read('src/gate-error.ts'), 'GateError')

  const fields = (name: string, file: string) =>
    reference.set(`Fields of \`${name}\``, new Set(fieldsOf(read(file), name)))
  fields('KioskOptions', 'src/kiosk.ts')
  fields('TurnParts', 'src/turn.ts')
  fields('StartOptions', 'src/start-sign-in.ts')
  fields('ClientOptions', 'src/client.ts')
  fields('ViewOptions', 'src/client.ts')
  fields('ScreenUpdate', 'src/screen-update.ts')
  for (const name of ['ClaimAnswer', 'HandOffView', 'QueueTicket']) fields(name, 'src/protocol.ts')
  fields('TroubleDetail', 'src/element/trouble-report.ts')
  const causes = /TroubleCause =((?:\n {2}\| '\w+')+)/.exec(drawn)?.[1] ?? ''
  add('Values of `TroubleCause`', causes, /'(\w+)'/g)
  return reference
}

/** The names in the first column of the table under a heading, each as it stands in backticks. */
export function documentedUnder(heading: string, text: string): Set<string> | undefined {
  const lines = text.split('\n')
  const start = lines.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) return undefined
  const section = lines.slice(start + 1)
  const end = section.findIndex(line => /^#+ /.test(line))
  const rows = section.slice(0, end < 0 ? undefined : end).filter(line => line.startsWith('| `'))
  const cells = rows.map(row => row.split('|')[1] ?? '')
  return new Set(
    cells.flatMap(cell => [...cell.matchAll(/`([^`(]+)[^`]*`/g)].map(([, name]) => name ?? '')),
  )
}

/** @returns one sentence for each name that is missing in the text, or in it and nowhere else. */
export function faultsIn(text: string, reference: Reference): string[] {
  return [...reference].flatMap(([heading, names]) => {
    const documented = documentedUnder(heading, text)
    if (!documented) return [`docs/sdk.md has no heading "${heading}"`]
    const missing = [...names].filter(name => !documented.has(name))
    const unknown = [...documented].filter(name => !names.has(name))
    return [
      ...missing.map(name => `docs/sdk.md does not name ${name} under "${heading}"`),
      ...unknown.map(name => `docs/sdk.md names ${name} under "${heading}", which does not exist`),
    ]
  })
}

function exportsOf(source: string): string[] {
  const { body } = parseAst(source, { lang: 'ts' }) as unknown as { body: Node[] }
  return body.flatMap(statement => {
    if (statement.type !== 'ExportNamedDeclaration') return []
    const { declaration, specifiers } = statement as unknown as {
      declaration:
        | (Node & { id?: { name: string }; declarations?: { id: { name: string } }[] })
        | null
      specifiers: { exported: { name: string } }[]
    }
    const declared = declaration?.declarations?.map(({ id }) => id.name) ?? []
    const named = declaration?.id ? [declaration.id.name] : []
    return [...named, ...declared, ...specifiers.map(({ exported }) => exported.name)]
  })
}

/** What stands in the braces of a class or an interface. */
function bodyOf(source: string, type: string, name: string): Node[] {
  const { body } = parseAst(source, { lang: 'ts' }) as unknown as { body: Node[] }
  const declarations = body.map(statement => (statement.declaration ?? statement) as Node)
  const found = declarations.find(declaration => {
    return declaration.type === type && (declaration.id as { name?: string } | null)?.name === name
  })
  return (found?.body as { body: Node[] } | undefined)?.body ?? []
}

function membersOf(source: string, className: string): string[] {
  const members = bodyOf(source, 'ClassDeclaration', className)
  return members.flatMap(({ key, static: isStatic, kind, computed }) => {
    const { type, name } = (key ?? {}) as { type?: string; name?: string }
    if (type !== 'Identifier' || isStatic || computed || kind === 'constructor') return []
    return name === undefined || lifecycle.test(name) ? [] : [name]
  })
}

function fieldsOf(source: string, interfaceName: string): string[] {
  const signatures = bodyOf(source, 'TSInterfaceDeclaration', interfaceName)
  return signatures.map(({ key }) => (key as { name: string }).name)
}
