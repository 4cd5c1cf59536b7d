// `npm run test:browsers`: the whole way in browsers that are not today's Chromium, and what the ones say
// that are too old. What cannot be had on a machine is skipped with a sentence; no part of `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, type TestContext, test } from 'node:test'
import { startDemo } from '../support/demo.ts'
import { oldChromium, startChromium } from './chromium.ts'
import { startFirefox } from './firefox.ts'
import { type Place, phoneAlone, tooOld, wholeWay } from './story.ts'
import type { Engine } from './tab.ts'
import { startWebkit } from './webkit.ts'

interface Line {
  browser: string
  version: string
  'what ran': string
  result: string
}
const table: Line[] = []
after(() => console.table(table))

const programs = {
  chromium: process.env.CHROMIUM ?? '/usr/bin/chromium',
  firefox: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  webkitDriver: '/usr/bin/WebKitWebDriver',
  webkit: '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
}

type Had = { start(): Promise<Engine> } | { missing: string }

function chromiumOf(release: string): Had {
  const had = oldChromium(release)
  return 'program' in had ? { start: () => startChromium(had.program) } : had
}

/** @param names what has to be there. @param debian the package that brings it. */
function installed(names: string[], debian: string, start: () => Promise<Engine>): Had {
  if (names.every(name => existsSync(name))) return { start }
  if (process.getuid?.() === 0) {
    const options = ['-y', '-q', '--no-install-recommends']
    for (const args of [
      ['update', '-q'],
      ['install', ...options, ...debian.split(' ')],
    ]) {
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    }
  }
  if (names.every(name => existsSync(name))) return { start }
  return { missing: `there is none here; Debian, Ubuntu: sudo apt-get install ${debian}` }
}

const { chromium, firefox, webkitDriver, webkit } = programs
const todays = installed([chromium], 'chromium', () => startChromium(chromium))

runIn('Chromium 115', chromiumOf('115.0.0'), 'the whole way', wholeWay)
runIn('Chromium 108, the oldest', chromiumOf('108.0.3'), 'the whole way', wholeWay)
runIn(
  'Firefox',
  installed([firefox], 'firefox-esr', () => startFirefox(firefox)),
  'the whole way',
  wholeWay,
)
runIn(
  'WebKitGTK',
  installed([webkitDriver, webkit, '/usr/bin/Xvfb'], 'webkit2gtk-driver xvfb', () =>
    startWebkit(webkitDriver, webkit),
  ),
  'the whole way',
  wholeWay,
)
runIn('Chromium 92, too old', chromiumOf('92.0.0'), 'all pages say that it is too old', tooOld)
runIn(
  'Chromium 92, too old',
  chromiumOf('92.0.0'),
  'the phone signs in all the same',
  async (engine, place) => {
    if (!('start' in todays)) throw new Error(todays.missing)
    const kiosks = await todays.start()
    try {
      await phoneAlone(engine, await kiosks.open({ width: 1080, height: 1400 }), place)
    } finally {
      await kiosks.stop()
    }
  },
)

type Story = (engine: Engine, place: Place) => Promise<void>

function runIn(browser: string, had: Had, what: string, story: Story): void {
  test(`${browser}: ${what}`, async t => {
    if ('missing' in had) {
      table.push({ browser, version: '–', 'what ran': what, result: `skipped: ${had.missing}` })
      t.skip(had.missing)
      return
    }
    const line = { browser, version: '?', 'what ran': what, result: 'failed' }
    table.push(line)
    const engine = await had.start()
    t.after(() => engine.stop())
    line.version = engine.version
    await story(engine, await placeOf(t))
    line.result = 'passed'
  })
}

async function placeOf(t: TestContext): Promise<Place> {
  const { gate, printed } = await startDemo(t)
  return { url: gate.url, printed }
}
