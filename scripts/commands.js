// What the commands of package.json do. Plain JavaScript, because the Node that runs it may be older
// than the one the project installs; no shell is asked, because each has words of its own.
import { rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { arePagesBuilt, mayBuildPages } from './built-pages.js'
import { holdWhenFree, take, takeInTurn } from './clone-lock.js'
import { execute } from './execute.js'
import { install } from './install.js'
import { installSystem } from './install-system.js'
import { root } from './root.js'
import { besideVite, viteArguments } from './vite.js'

/**
 * One program that Node runs, in the clone's folder.
 * @typedef {{ args: string[], env?: Record<string, string> } | (() => void)} Step
 */

/** @returns {Step} */
const node = (...args) => ({ args })
const source = (...args) => node('-C', 'source', ...args)
const tested = (minutes, env, ...args) => ({
  env,
  ...source('--test', `--test-timeout=${minutes * 60_000}`, ...args),
})
const oneByOne = '--test-concurrency=1'
const vite = (folder, ...args) => ({
  // Whatever it is set to outside, pages are built for people.
  env: { NODE_ENV: 'production' },
  args: viteArguments(folder, ...args),
})
const tsc = project => node('node_modules/typescript/bin/tsc', '-p', project)
const biome = (...args) => node('node_modules/@biomejs/biome/bin/biome', 'check', ...args)
const without = folder => () => rmSync(join(root, folder), { recursive: true, force: true })

const [webPages, receptionPages] = [vite('web'), vite('reception/pages')]
const pages = [webPages, receptionPages]
const builds = {
  sdk: [
    vite('sdk'),
    vite('sdk', '--mode', 'qr'),
    tsc('sdk/tsconfig.build.json'),
    tsc('sdk/tsconfig.element.json'),
  ],
  reception: [receptionPages, without('reception/dist'), tsc('reception/tsconfig.build.json')],
  server: [webPages, without('server/dist'), node('scripts/bundle-server.ts')],
}
const build = Object.values(builds).flat()
const dressed = (how, folder) => node('scripts/dress-package.ts', how, folder)

/**
 * The first step that fails ends a command; what was typed behind `--` goes to its last one.
 * @type {Record<string, Step[]>}
 */
const commands = {
  start: [...pages, source('server/src/boot/qrgate.ts', 'demo')],
  dev: [node('scripts/dev.ts')],
  test: [...pages, node('scripts/run-tests.ts')],
  'test:whole': [...pages, node('scripts/run-tests.ts', '--whole')],
  lint: [
    biome('--error-on-warnings', '.'),
    ...['server', 'sdk', 'web', 'reception', 'reception/pages', 'test'].map(tsc),
    node('scripts/check-floors.ts'),
    node('scripts/check-tests.ts'),
    node('scripts/check-sdk-docs.ts'),
    source(...besideVite('scripts/check-browsers.ts')),
    source('scripts/write-settings.ts', '--check'),
  ],
  format: [biome('--write', '.')],
  docs: [source('scripts/write-settings.ts')],
  build,
  'build:sdk': builds.sdk,
  'build:reception': builds.reception,
  'build:server': builds.server,
  // Whichever is packed first, its types come from those that it needs.
  ...Object.fromEntries(
    Object.keys(builds).flatMap(folder => [
      [`prepack:${folder}`, [...build, dressed('dress', folder)]],
      [`postpack:${folder}`, [dressed('undress', folder)]],
    ]),
  ),
  pack: [...build, node('scripts/pack.ts')],
  screenshots: [...pages, node('scripts/screenshots.ts')],
  picture: [...pages, node('scripts/readme-picture.ts')],
  bench: [...build, source('bench/run.ts')],
  'bench:cases': [...pages, source('bench/cases/run.ts')],
  'bench:peers': [...pages, source('bench/peers/run.ts')],
  'bench:growth': [...pages, source('bench/growth/run.ts')],
  'bench:enumeration': [...pages, source('bench/enumeration/run.ts')],
  chaos: [...pages, source('chaos/run.ts')],
  'test:e2e': [...pages, tested(15, { QRGATE_TEST_E2E: 'whole' }, oneByOne, 'test/e2e/*.test.ts')],
  'test:browsers': [...pages, source('test/browsers/run.ts')],
  'test:bite': [...pages, source('test/bite/run.ts')],
  'test:deploy': [source('scripts/try-deploy.ts')],
  'test:rolling': [
    ...pages,
    tested(5, { QRGATE_TEST_KIOSKS: '500' }, 'test/fault/rolling-restart.test.ts'),
  ],
  'test:log': [
    ...pages,
    tested(15, { QRGATE_TEST_EVENTS: '20000' }, 'test/fault/event-log.test.ts'),
  ],
  // Who signs in and looks after an account, where all of that is kept in Postgres.
  'test:postgres': [
    ...pages,
    tested(
      15,
      { QRGATE_TEST_STORE: 'Postgres' },
      ...['accounts', 'hand-offs', 'passkeys', 'recovery', 'who-is-told-what'].map(
        name => `test/security/${name}.test.ts`,
      ),
      ...[
        'account-deleted',
        'own-account',
        'own-account-changes',
        'remembered-phone',
        'sign-up',
      ].map(name => `test/integration/${name}.test.ts`),
      ...['guessed-ways', 'passkey-messages'].map(name => `test/attack/${name}.test.ts`),
      ...['new-passkey', 'own-account', 'returning-phone'].map(name => `test/e2e/${name}.test.ts`),
    ),
  ],
  'test:fault': [
    ...pages,
    tested(
      15,
      { QRGATE_TEST_FAULT: 'whole' },
      oneByOne,
      'test/fault/*.test.ts',
      ...['race', 'two-nodes', 'visit-ends', 'hand-off-ends'].map(
        name => `test/integration/${name}.test.ts`,
      ),
    ),
  ],
  'test:attack': [
    ...pages,
    tested(
      30,
      { QRGATE_TEST_ATTACK: 'whole' },
      oneByOne,
      'test/attack/*.test.ts',
      'test/simulation/*.test.ts',
    ),
  ],
}

/** Those that drive browsers, servers and readers which no npm package brings. */
const needSystem = /^(test|screenshots|picture|bench|chaos)/

/** @returns {Promise<number>} the exit code. */
export async function run(name, given) {
  const steps = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!steps) {
    console.error(`There is no "${name}"; there are: ${Object.keys(commands).join(', ')}.`)
    return 1
  }
  // At once in one clone, two would build and install under each other's hands.
  const release = await takeInTurn('preparing', () => {
    console.error('Another command installs packages or builds pages here; waiting for it …')
  })
  // Held until this process ends.
  const releaseRunning = await take('running')
  const isRunning = releaseRunning === undefined
  if (name !== 'start') releaseRunning?.()
  // Of two that start at once the other may be the one that goes on.
  else if (isRunning) void holdWhenFree('running')
  try {
    const program = install({ isRunning })
    if (program === undefined || (needSystem.test(name) && !installSystem(name))) return 1
    const todo = stepsTodo(name, steps, isRunning)
    if (!todo) return 1
    const firstAfterPages = todo.findLastIndex(step => pages.includes(step)) + 1
    for (const [index, step] of todo.entries()) {
      if (index === firstAfterPages) release()
      const more = index === todo.length - 1 ? given : []
      const code = await perform(program, step, more)
      if (code !== 0) return code
    }
    return 0
  } finally {
    release()
  }
}

/** @returns {Step[] | undefined} undefined where this user cannot build what is needed, which was then said. */
function stepsTodo(name, steps, isRunning) {
  if (!steps.some(step => pages.includes(step))) return steps
  const withoutPages = steps.filter(step => !pages.includes(step))
  const areBuilt = arePagesBuilt()
  // A demo that runs reads them file by file.
  if (name === 'start' && isRunning && areBuilt) return withoutPages
  if (mayBuildPages()) return steps
  if (name === 'start' && areBuilt) return withoutPages
  console.error(`The pages are built into ${root}, where this user may not; clone it as this user.`)
  return undefined
}

function perform(program, step, more) {
  if (typeof step !== 'function') {
    return execute(program, [...step.args, ...more], { cwd: root, env: envOf(program, step) })
  }
  step()
  return 0
}

/** Programs that look for `node` themselves shall find the same one. */
function envOf(program, { env }) {
  const path = [join(root, 'node_modules/.bin'), dirname(program), process.env.PATH]
  return { ...process.env, PATH: path.filter(Boolean).join(delimiter), ...env }
}
