// Writes `.env.example` and docs/config.md from the one table of settings, docs/refusals.md from the
// closed list of refusals, and the tables in docs/commands.md, docs/log.md and docs/policy.md from the
// commands, the list of events and the schema of policies, and those of docs/performance.md from bench/results; with --check, as part of `npm run lint`, it only says whether they are up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { program } from '../server/src/boot/cli.ts'
import { Refusal, refusalCodes } from '../server/src/errors.ts'
import { sentence } from '../server/src/http/server/sentences.ts'
import { logEvents } from '../server/src/protocol/log-event.ts'
import { policySchema } from '../server/src/protocol/policy-document.ts'
import { type Setting, settings } from '../server/src/settings.ts'
import { commandRows } from './commands-table.ts'
import { withTables } from './performance-tables.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const entries = Object.entries(settings) as [string, Setting][]

const example = entries.map(([name, { default: preset, about }]) => {
  return `# ${about}\n#${name}=${preset}\n`
})
const rows = entries.map(([name, { default: preset, about, least, most, secret }]) => {
  const range = least === undefined && most === undefined ? '' : ` From ${least ?? 0} to ${most}.`
  return `| \`${name}\` | ${preset === '' ? '–' : `\`${preset}\``} | ${about}${range}${secret ? ' May stand in a [file](#in-files).' : ''} |`
})
const secrets = entries.filter(([, { secret }]) => secret).map(([name]) => `\`${name}\``)
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

Environment variables, or lines of a \`.env\` file in the working directory; \`-e PATH\` (or \`--env-file
PATH\`), before a command or behind it, names a file elsewhere. What stands in the environment counts, even
where it is empty; an empty value stands for none.
This page is written from [the table of settings](../server/src/settings.ts).

| setting | default | what it is for |
|---|---|---|
${rows.join('\n')}

## In files

${secrets.join(', ')} may stand in a file each, which \`NAME_FILE\` names: \`SECRET_KEY_FILE=/run/secrets/secret_key\`.
It holds the value alone, on one line. Both at once are refused.

- Docker: \`secrets: [secret_key]\` mounts it as \`/run/secrets/secret_key\`.
- systemd: \`LoadCredential=secret_key:/etc/qrgate/secret_key\` and
  \`Environment=SECRET_KEY_FILE=%d/secret_key\`; only root has to be able to read it.

## How \`.env\` is written

\`\`\`ini
# A remark
HOST=127.0.0.1                 # another one, behind a space
QRGATE_SITE_NAME=서울내과의원
QRGATE_SITE_NAME_EN='Clinic #2'
\`\`\`

UTF-8, one setting a line, each once. A value with \`#\`, \`\${\` or \`\\\` in it stands in \`'…'\`, which keep it as it
is; nothing is filled in anywhere. Whatever would be half read is refused by its line, and a name that is
nearly a setting's is said: by \`serve\` in its log, by commands on standard error, and by \`qrgate doctor\`,
which also names what the environment and the file say differently.

Node reads \`NODE_EXTRA_CA_CERTS\`, \`NODE_OPTIONS\` and \`UV_THREADPOOL_SIZE\` before any \`.env\`: set them in the
environment (systemd: \`Environment=\`). Node also looks at \`--env-file\` itself: where there is no such file, it
ends with 9 and \`node: …: not found\`; \`-e\` says more.
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
  'docs/performance.md': withTables(readFileSync(`${root}docs/performance.md`, 'utf8')),
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
