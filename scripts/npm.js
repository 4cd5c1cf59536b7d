/**
 * npm's own program and the Node that it runs with, where it was npm that has started this.
 * @returns {[program: string, ...args: string[]]} what an npm command's arguments are put behind.
 */
export function npm() {
  const { npm_execpath: script = '', npm_node_execpath: program = process.execPath } = process.env
  return /npm-cli\.c?js$/.test(script) ? [program, script] : ['npm']
}
