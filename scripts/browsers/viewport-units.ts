import postcss, { type AtRule, type Node, type Plugin, type Rule } from 'postcss'

const dynamic = /(?<=[\d.])d(?=v(?:h|w|i|b|min|max)\b)/g

/**
 * Gives every `dvh` and its like a `vh` for browsers without it (Chromium before 108 was released), also
 * within custom properties, where a second declaration would not help: what is written stays, after it
 * and within `@supports`.
 */
export function viewportUnits(): Plugin {
  return {
    postcssPlugin: 'qrgate-viewport-units',
    Once(root) {
      // All that there are before any is added.
      const rules: Rule[] = []
      root.walkRules(rule => {
        if (!isAskedFor(rule)) rules.push(rule)
      })
      for (const rule of rules) {
        const newer = rule.clone({ nodes: [] })
        for (const node of rule.nodes) {
          if (node.type !== 'decl' || !/\ddv/.test(node.value)) continue
          newer.append(node.clone())
          node.value = node.value.replace(dynamic, '')
        }
        if (newer.nodes.length === 0) continue
        const asked = postcss.atRule({ name: 'supports', params: '(height: 1dvh)' })
        rule.after(asked.append(newer))
      }
    },
  }
}

/** Whether it stands within `@supports`. */
export function isAskedFor(node: Node): boolean {
  for (let { parent } = node; parent; parent = parent.parent) {
    if (parent.type === 'atrule' && (parent as AtRule).name === 'supports') return true
  }
  return false
}
