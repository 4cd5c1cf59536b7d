// Writes `.env.example` and docs/config.md from the one table of settings, docs/refusals.md from the
// closed list of refusals, and the tables in docs/commands.md, docs/log.md and docs/policy.md from the
// commands, the list of events and the schema of policies; with --check, as part of `npm run lint`, it only says whether they are up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { program } from '../server/src/boot/cli.ts'
import { Refusal, refusalCodes } from '../server/src/errors.ts'
import { sentence } from '../server/src/http/server/sentences.ts'
import { logEvents } from '../server/src/protocol/log-event.ts'
import { policySchema } from '../server/src/protocol/policy-document.ts'
import { type Setting, settings } from '../server/src/settings.ts'
import { commandRows } from './commands-table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const entries = Object.entries(settings) as [string, Setting][]

const example = entries.map(([name, { default: preset, about }]) => {
  return `# ${about}\n#${name}=${preset}\n`
})
const rows = entries.map(([name, { default: preset, about, least, most }]) => {
  const range = least === undefined && most === undefined ? '' : ` From ${least ?? 0} to ${most}.`
  return `| \`${name}\` | ${preset === '' ? '–' : `\`${preset}\``} | ${about}${range} |`
})
const refusals = refusalCodes.map(code => {
  const { status } = new Refusal(code)
  return `| \`${code}\` | ${status} | ${sentence(code, 'en')} | ${sentence(code, 'ko')} |`
})

const events = Object.entries(logEvents).map(([event, about]) => `| \`${event}\` | ${about} |`)
const log = readFileSync(`${root}docs/log.md`, 'utf8')
const eventTable = `<!-- events -->\n| event | |\n|---|---|\n${events.join('\n')}\n<!-- /events -->`

const commands = readFileSync(`${root}docs/commands.md`, 'utf8')
const commandTable = `<!-- commands -->\n| command | what it does |\n|---|---|\n${commandRows(program).join('\n')}\n<!-- /commands -->`

const policy = readFileSync(`${root}docs/policy.md`, 'utf8')
const fieldTable = `<!-- fields -->\n| field | what it may be | without it | what it is for |\n|---|---|---|---|\n${fieldRows(policySchema as Field).join('\n')}\n<!-- /fields -->`

interface Field {
  expected?: string
  about?: string
  usual?: unknown
  properties?: Record<string, Field>
}

/** One row for each field of a policy that can be set; a group and the languages of a text are none. */
function fieldRows({ properties = {} }: Field, within = ''): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${within}${name}`
    if (!field.about) return fieldRows(field, `${path}.`)
    const usual = field.usual === undefined ? '–' : `\`${JSON.stringify(field.usual)}\``
    return [`| \`${path}\` | ${field.expected} | ${usual} | ${field.about} |`]
  })
}

const files: Record<string, string> = {
  '.env.example': `# Copy to .env and fill in what you need; every line may stay as it is for \`npm start\`.\n\n${example.join('\n')}`,
  'docs/config.md': `# Settings

Environment variables, or lines of a \`.env\` file in the working directory; the environment wins.
This page is written from [the table of settings](../server/src/settings.ts).

| setting | default | what it is for |
|---|---|---|
${rows.join('\n')}
`,
  'docs/refusals.md': `# Refusals

Every way in which a gate says no: \`{"code": "…", "message": "…"}\` with this status. A \`code\` is
stable; its sentences may be reworded. Every 429 and 503 says in \`Retry-After\` when to try again.
This page is written from [the closed list](../server/src/errors.ts) and
[its sentences](../server/src/http/server/sentences.ts).

| code | status | English | Korean |
|---|---|---|---|
${refusals.join('\n')}
`,
  'docs/commands.md': commands.replace(
    /<!-- commands -->.*<!-- \/commands -->/s,
    () => commandTable,
  ),
  'docs/log.md': log.replace(/<!-- events -->.*<!-- \/events -->/s, () => eventTable),
  'docs/policy.md': policy.replace(/<!-- fields -->.*<!-- \/fields -->/s, () => fieldTable),
}

for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    mkdirSync(`${root}docs`, { recursive: true })
    writeFileSync(root + file, text)
  } else if (readFileSync(root + file, 'utf8') !== text) {
    console.error(`${file} is out of date; run: npm run docs`)
    process.exitCode = 1
  }
}
