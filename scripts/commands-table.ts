import type { Argument, Command, Option } from 'commander'

/** Rows of a page: a command, then each of its arguments and options, and the same of those below it. */
export function commandRows(command: Command, above = ''): string[] {
  const name = `${above}${command.name()}`
  const isRun = command.commands.length === 0
  const words = command.registeredArguments.map(wordOf)
  const own = isRun ? [row(`**\`${[name, ...words].join(' ')}\`**`, command.description())] : []
  const parts = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)]
  return [...own, ...parts, ...command.commands.flatMap(below => commandRows(below, `${name} `))]
}

function argumentRow(argument: Argument): string {
  return row(`\`${wordOf(argument)}\``, argument.description)
}

function optionRow({ flags, description, defaultValue }: Option): string {
  // Of an option that begins with `no` commander says that the other is the default.
  const isUsual = typeof defaultValue === 'string' && defaultValue !== ''
  return row(`\`${flags}\``, isUsual ? `${description}; default: ${defaultValue}` : description)
}

function wordOf(argument: Argument): string {
  const name = argument.name()
  return argument.required ? `<${name}>` : `[${name}]`
}

function row(what: string, about: string): string {
  return `| ${what.replaceAll('|', '\\|')} | ${about.replaceAll('|', '\\|')} |`
}
