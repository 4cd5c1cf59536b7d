import { parseAst } from 'rolldown/parseAst'
import { styleFaults } from './check-style.ts'
import { allLacking, entry, lacking, members } from './compat.ts'

/** What the oldest browsers lack and a script names all the same, and why that does no harm. */
const harmless: Record<string, string> = {
  createPolicy: 'Lit asks whether there are trusted types',
  createHTML: 'Lit asks whether there are trusted types',
  emptyScript: 'Lit asks whether there are trusted types',
  vibrate: 'the phone asks whether it can',
  getTransports: 'without it a passkey is asked for by every way',
  isConditionalMediationAvailable: 'without it no passkey is offered in the field',
  prerendering: 'undefined is as good as false',
}

/** Whose properties are known for sure, by the name that everybody calls it. */
const wellKnown: Record<string, string> = {
  navigator: 'Navigator',
  document: 'Document',
  window: 'Window',
  globalThis: 'Window',
  crypto: 'Crypto',
  performance: 'Performance',
  history: 'History',
  location: 'Location',
  screen: 'Screen',
}

interface Node {
  type: string
  [key: string]: unknown
}

/**
 * What of a script the oldest browsers lack: objects, methods, events, the flags of regular
 * expressions, and in its texts elements, attributes and style. Syntax is what the build makes it.
 *
 * A method is known by its name alone, so that one is refused only where no object of the oldest
 * browsers has a method of that name; what a class of ours calls `#so` never is.
 * @param beside the other scripts of the same page, which may name what is used here.
 * @returns one sentence each, e.g. `AbortSignal.any: chrome 116 (the floor is 108)`.
 */
export function scriptFaults(source: string, beside: readonly string[] = []): string[] {
  const faults = new Set<string>()
  const report = (what: string, since: string[]) => {
    const name = what.split('.').at(-1) ?? ''
    if (since.length > 0 && !(name in harmless)) faults.add(`${what}: ${since.join(', ')}`)
  }
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const at = node as Node
    checks[at.type]?.(at, report, own)
    for (const child of Object.values(at)) visit(child)
  }
  const program = parseAst(source)
  const own = ownNames([program, ...beside.map(other => parseAst(other))])
  visit(program)
  for (const text of textsOf(program)) {
    if (/<[a-z][\w-]*/.test(text)) checkMarkup(text, report)
    if (/[\w\])*]\s*\{[^{}]*[a-z]\s*:[^{}]*\}/.test(text)) {
      for (const fault of styleOf(text)) faults.add(fault)
    }
  }
  return [...faults]
}

type Report = (what: string, since: string[]) => void

const checks: Record<string, (node: Node, report: Report, own: ReadonlySet<string>) => void> = {
  MemberExpression(node, report, ours) {
    const { object, property, computed } = node as unknown as Record<
      'object' | 'property',
      Node
    > & {
      computed: boolean
    }
    if (computed || property.type !== 'Identifier') return
    const name = String(property.name)
    const owner = object.type === 'Identifier' ? String(object.name) : ''
    const own =
      entry('api', owner, `${name}_static`) ??
      entry('javascript', 'builtins', owner, name) ??
      entry('api', wellKnown[owner] ?? '', name)
    if (own) report(`${owner}.${name}`, lacking(own))
    else if (!ours.has(name)) report(`.${name}`, allLacking(members.get(name) ?? []))
  },
  NewExpression(node, report) {
    const { callee, arguments: given } = node as unknown as { callee: Node; arguments: Node[] }
    if (callee.type !== 'Identifier') return
    const name = String(callee.name)
    report(`new ${name}`, lacking(entry('api', name) ?? entry('javascript', 'builtins', name)))
    if (name === 'RegExp' && given[1]?.type === 'Literal')
      checkFlags(String(given[1].value), report)
  },
  CallExpression(node, report) {
    const { callee, arguments: given } = node as unknown as { callee: Node; arguments: Node[] }
    const called = callee.type === 'MemberExpression' ? (callee.property as Node) : callee
    const [first] = given
    if (called.name === 'addEventListener' && first?.type === 'Literal') {
      report(`event.${first.value}`, allLacking(members.get(`${first.value}_event`) ?? []))
    }
    if (callee.type !== 'Identifier') return
    const name = String(callee.name)
    const global = entry('api', name) ?? entry('javascript', 'builtins', name)
    report(`${name}()`, lacking(global ?? entry('api', 'Window', name)))
  },
  Literal(node, report) {
    const { regex } = node as unknown as { regex?: { flags: string; pattern: string } }
    if (!regex) return
    checkFlags(regex.flags, report)
    if (/\(\?[ims-]+:/.test(regex.pattern)) {
      report('(?i:)', lacking(entry('javascript', 'regular_expressions', 'modifier')))
    }
  },
}

/** What the script itself gives a name: methods and fields of its classes, keys of its objects. */
function ownNames(program: unknown): Set<string> {
  const names = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, key, left } = node as { type?: string; key?: Node; left?: Node }
    if (/^(Property|MethodDefinition|PropertyDefinition)$/.test(type ?? ''))
      names.add(String(key?.name))
    if (type === 'AssignmentExpression' && left?.type === 'MemberExpression') {
      names.add(String((left.property as Node).name))
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(program)
  return names
}

function checkFlags(flags: string, report: Report): void {
  if (!flags.includes('v')) return
  report('/v', lacking(entry('javascript', 'builtins', 'RegExp', 'unicodeSets')))
}

/** Elements and attributes; Lit's `@event` and `.property` are no attributes. */
function checkMarkup(text: string, report: Report): void {
  for (const [, element = '', rest = ''] of text.matchAll(/<([a-z][\w-]*)((?:[^<>"]|"[^"]*")*)/g)) {
    report(`<${element}>`, lacking(entry('html', 'elements', element)))
    for (const [, name = ''] of rest.matchAll(/\s([a-z][a-z-]*)(?=[\s=]|$)/g)) {
      const own = entry('html', 'elements', element, name)
      report(`<${element} ${name}>`, lacking(own ?? entry('html', 'global_attributes', name)))
    }
  }
}

/** All texts of a script; where a template has something inserted, `0` stands. */
function textsOf(program: unknown): string[] {
  const texts: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, value, quasis } = node as {
      type?: string
      value?: unknown
      quasis?: { value: { cooked: string } }[]
    }
    if (type === 'Literal' && typeof value === 'string') texts.push(value)
    if (type === 'TemplateLiteral' && quasis) {
      texts.push(quasis.map(quasi => quasi.value.cooked ?? '').join('0'))
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(program)
  return texts
}

/** A text that only looks like style is none. */
function styleOf(text: string): string[] {
  try {
    return styleFaults(text)
  } catch {
    return []
  }
}
