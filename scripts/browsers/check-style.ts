import postcss, { type AtRule, type Declaration, type Rule } from 'postcss'
import { allLacking, cssFunctions, entry, lacking } from './compat.ts'
import { isAskedFor } from './viewport-units.ts'

/** What only makes a page nicer where it is known, and harms nobody where it is not. */
const harmless: Record<string, string> = {
  'text-wrap': 'lines break somewhere else',
  'text-size-adjust': 'only phones make text larger by themselves, and Safari knows it prefixed',
  'forced-color-adjust': 'where colours cannot be forced there is nothing to adjust',
  '@media forced-colors': 'where colours cannot be forced nobody forces them',
  ':dir': 'where text runs from right to left a bar shrinks to the other end',
  'cursor: pointer': 'a finger has no cursor',
  'cursor: default': 'a finger has no cursor',
  '@page size': 'paper then has the size that the printer is set to',
  '@page': 'paper then has the margins that the browser is set to',
}

const units: [pattern: RegExp, entry: string][] = [
  [/[\d.]d(vh|vw|vi|vb|vmin|vmax)\b/, 'viewport_percentage_units_dynamic'],
  [/[\d.]s(vh|vw|vi|vb|vmin|vmax)\b/, 'viewport_percentage_units_small'],
  [/[\d.]l(vh|vw|vi|vb|vmin|vmax)\b/, 'viewport_percentage_units_large'],
  [/[\d.]cq(w|h|i|b|min|max)\b/, 'container_query_length_units'],
  ...['vi', 'vb', 'ic', 'ric', 'lh', 'rlh', 'cap', 'rcap', 'rch', 'rex'].map(
    (unit): [RegExp, string] => [new RegExp(`[\\d.]${unit}\\b`), unit],
  ),
]

/**
 * What of a style sheet the oldest browsers lack: properties and their words, functions, units,
 * selectors, nesting, at-rules. What stands within `@supports` is asked for there.
 * @returns one sentence each, e.g. `:has: firefox 121 (the floor is 115)`.
 */
export function styleFaults(css: string): string[] {
  const faults = new Set<string>()
  const report = (what: string, since: string[]) => {
    if (since.length > 0 && !(what in harmless)) faults.add(`${what}: ${since.join(', ')}`)
  }
  postcss.parse(css).walk(node => {
    if (isAskedFor(node)) return
    if (node.type === 'rule') checkRule(node, report)
    else if (node.type === 'atrule') checkAtRule(node, report)
    else if (node.type === 'decl') checkDeclaration(node, report)
  })
  return [...faults]
}

type Report = (what: string, since: string[]) => void

function isNested(node: Rule | AtRule): boolean {
  for (let parent = node.parent as postcss.Node | undefined; parent; parent = parent.parent) {
    if (parent.type === 'rule') return true
  }
  return false
}

function checkRule(rule: Rule, report: Report): void {
  if (isNested(rule)) report('nesting', lacking(entry('css', 'selectors', 'nesting')))
  for (const [, name = ''] of rule.selector.matchAll(/::?([a-z][a-z-]*)/g)) {
    report(`:${name}`, lacking(entry('css', 'selectors', name)))
  }
}

function checkAtRule(rule: AtRule, report: Report): void {
  if (isNested(rule)) report('nesting', lacking(entry('css', 'selectors', 'nesting')))
  report(`@${rule.name}`, lacking(entry('css', 'at-rules', rule.name)))
  for (const [, name = ''] of rule.params.matchAll(/\(\s*([a-z][a-z-]*)/g)) {
    report(`@${rule.name} ${name}`, lacking(entry('css', 'at-rules', rule.name, name)))
  }
  if (rule.name === 'media' && /[<>]/.test(rule.params)) {
    report('@media (a < b)', lacking(entry('css', 'at-rules', 'media', 'range_syntax')))
  }
}

/** The build writes the name of before beside it. */
function hasPrefixed(prop: string, rule: Declaration['parent']): boolean {
  return rule?.some(node => node.type === 'decl' && node.prop === `-webkit-${prop}`) ?? false
}

function checkDeclaration({ prop, value, parent }: Declaration, report: Report): void {
  const within = parent?.type === 'atrule' ? (parent as AtRule).name : undefined
  if (within === 'page') report(`@page ${prop}`, lacking(entry('css', 'at-rules', 'page', prop)))
  else if (!/^-/.test(prop) && within === undefined && !hasPrefixed(prop, parent)) {
    report(prop, lacking(entry('css', 'properties', prop)))
    if (prop in harmless) return
    for (const word of value.split(/[\s,/()]+/)) {
      report(`${prop}: ${word}`, lacking(entry('css', 'properties', prop, word)))
    }
  }
  for (const [, name = ''] of value.matchAll(/(?<![\w-])([a-z][a-z-]*)\(/g)) {
    report(`${name}()`, allLacking(cssFunctions.get(name) ?? []))
  }
  for (const [pattern, unit] of units) {
    const used = pattern.exec(value)?.[0]
    if (used) report(used.replace(/^[\d.]/, ''), lacking(entry('css', 'types', 'length', unit)))
  }
}
