import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkAddress } from '../../server/src/boot/doctor/address.ts'
import { certificateFinding } from '../../server/src/boot/doctor/certificate.ts'
import type { Finding } from '../../server/src/boot/doctor/finding.ts'
import { readConfig } from '../../server/src/config.ts'
import { type Certificate, selfSigned, trust } from '../support/certificate.ts'
import { freePort, type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'

const key = 'Zt3mQ8wq0Vx7NfLr2KdYh5Jb9PcSg6Ta'

/** A gate in production behind a proxy, and what doctor says of its address with other settings. */
async function behindProxy(t: TestContext, own: Settings = {}) {
  const proxy = await startTlsProxy(t, 'localhost')
  const port = `${await freePort()}`
  const settings = { SECRET_KEY: key, PUBLIC_URL: proxy.url, HOST: '127.0.0.1', PORT: port, ...own }
  const gate = await startGate(t, settings, 'serve')
  proxy.nodes.push(`http://127.0.0.1:${port}`)
  const examine = async (others: Settings = {}): Promise<string[]> => {
    const found: Finding[] = []
    const env = { QRGATE_DATA_DIR: gate.dataDir, ...settings, ...others }
    await checkAddress(readConfig(env, 'serve'), (mark, about, words) => {
      found.push({ mark, about, words })
    })
    return found.map(({ mark, about, words }) => `${mark} ${about}: ${words}`)
  }
  return { proxy, gate, examine }
}

const about = (lines: readonly string[], words: RegExp) => lines.filter(line => words.test(line))
const notOk = (lines: readonly string[]) => lines.filter(line => !line.startsWith('ok'))

test('N49: doctor finds nothing to say of a gate behind a good proxy, but for an open /readyz', async t => {
  const { proxy, examine } = await behindProxy(t, { QRGATE_TRUSTED_PROXIES: '127.0.0.1' })
  const lines = await examine()
  assert.ok(lines.includes(`ok address: ${proxy.url} leads to this gate`))
  assert.equal(about(lines, /^ok proxy: the gate sees visitors' addresses/).length, 1)
  assert.ok(lines.includes('ok proxy: WebSockets get through'))
  const [readyz, certificate, ...more] = notOk(lines).sort().reverse()
  assert.match(readyz ?? '', /^warn proxy: .*\/readyz is open to whoever reaches it from here/)
  // Those of tests live for two days.
  assert.match(certificate ?? '', /^warn address: .* its certificate ends in [12] days/)
  assert.deepEqual(more, [])
})

test('N49: doctor names proxies that nobody trusts, and such as are believed anything', async t => {
  const { proxy, examine } = await behindProxy(t)
  assert.match(notOk(await examine()).join('\n'), /127\.0\.0\.1 is not in QRGATE_TRUSTED_PROXIES/)
  proxy.forwarded = 'none'
  assert.match(notOk(await examine()).join('\n'), /the proxy sends no X-Forwarded-For/)
  proxy.forwarded = 'passed'
  assert.match(notOk(await examine()).join('\n'), /passes on X-Forwarded-For as visitors send it/)
})

test('N49: doctor sees when visitors may say where they come from', async t => {
  const { proxy, examine } = await behindProxy(t, { QRGATE_TRUSTED_PROXIES: '127.0.0.0/8' })
  for (const forwarded of ['passed', 'added'] as const) {
    // Doctor's own address is one of the trusted here, as a visitor's may be in a wide range.
    proxy.forwarded = forwarded
    assert.match(
      (await examine()).join('\n'),
      /^fail proxy: .* the gate believes it; set it there/m,
    )
  }
})

test('N49: doctor names a proxy that does not pass WebSockets', async t => {
  const { proxy, examine } = await behindProxy(t, { QRGATE_TRUSTED_PROXIES: '127.0.0.1' })
  proxy.upgrades = false
  const [line = ''] = about(await examine(), /WebSocket/)
  assert.match(
    line,
    /^warn proxy: no WebSocket gets through \(.*404.*\).*let the proxy pass Upgrade/,
  )
})

test('N49: doctor tells another gate from its own', async t => {
  const { proxy, gate, examine } = await behindProxy(t)
  const other = 'another key of the gate that doctor looks for: 7Hq2Zx'
  const [line = ''] = about(await examine({ SECRET_KEY: other }), / address: /)
  assert.match(
    line,
    /^fail address: a gate answers at https.*, but none with this SECRET_KEY: is it/,
  )

  // The name leads to a gate elsewhere, and this one runs here.
  const elsewhere = await startGate(t, { SECRET_KEY: other, PUBLIC_URL: proxy.url }, 'serve')
  const { port } = elsewhere.app.server.server.address() as { port: number }
  proxy.nodes.splice(0, 1, `http://127.0.0.1:${port}`)
  const said = (await examine()).join('\n')
  assert.match(said, /^fail address: a gate answers at .*: let name or proxy lead to this one$/m)

  // And one that was started with another address.
  const { port: own } = gate.app.server.server.address() as { port: number }
  proxy.nodes.splice(0, 1, `http://127.0.0.1:${own}`)
  const renamed = await startTlsProxy(t, 'localhost')
  renamed.nodes.push(...proxy.nodes)
  const moved = (await examine({ PUBLIC_URL: renamed.url })).join('\n')
  assert.match(moved, new RegExp(`^fail address: .* PUBLIC_URL ${proxy.url}; restart it$`, 'm'))
})

test('N49: doctor says what else may answer there, and whether the gate itself runs', async t => {
  const { proxy, examine } = await behindProxy(t)
  proxy.nodes.length = 0
  const isOther =
    /^fail address: .* is answered by something else \(502\); check the proxy; this gate/m
  assert.match((await examine()).join('\n'), isOther)
  const gone = (await examine({ PUBLIC_URL: `https://localhost:${await freePort()}` })).join('\n')
  assert.match(
    gone,
    /^fail address: .* cannot be reached from here: .*ECONNREFUSED.*; this gate runs/m,
  )
  const port = `${await freePort()}`
  const none = await examine({ PUBLIC_URL: `https://localhost:${port}`, PORT: port })
  assert.match(none.join('\n'), /^warn address: .* Is the gate running\?$/m)
})

test('N49: whoever has not the key learns nothing from the gate', async t => {
  const { proxy } = await behindProxy(t)
  const headers = { 'x-qrgate-question': `abc.${'A'.repeat(22)}.${'A'.repeat(43)}` }
  const answer = await fetch(`${proxy.url}/healthz`, { headers })
  assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok' }])
  assert.equal(answer.headers.get('x-qrgate-answer'), null)
})

/** @returns the origin of a server that shows this certificate. */
async function showing(t: TestContext, certificate: Certificate, host = 'localhost') {
  const server = createServer(certificate, (_request, answer) => answer.end('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://${host}:${(server.address() as { port: number }).port}`
}

test('N49: what is wrong with a certificate is named', async t => {
  const trusted = selfSigned(t, 'localhost')
  const now = new X509Certificate(trusted.cert).validFromDate.getTime()
  const unknown = await showing(t, selfSigned(t, 'localhost'))
  const words = async (url: string, at = now) => {
    const { mark, words } = (await certificateFinding(url, at)) ?? {}
    return `${mark}: ${words}`
  }
  assert.match(
    await words(unknown),
    /^fail: .* of no authority that this machine knows \(nobody has/,
  )

  trust(trusted)
  const good = await showing(t, trusted)
  assert.match(await words(good), /^warn: its certificate ends in [12] days; see why it was not/)
  assert.match(
    await words(good, now - 30 * 86_400_000),
    /^ok: its certificate is good for 3\d days$/,
  )
  assert.match(
    await words(good.replace('localhost', '127.0.0.1')),
    /^fail: .* for localhost, not for 127/,
  )

  const ended = endedCertificate(t)
  trust(ended)
  assert.match(await words(await showing(t, ended)), /^fail: its certificate ended on .* 2020/)
  assert.equal(await certificateFinding(`https://localhost:${await freePort()}`, now), undefined)
})

/** One that was good for a month of 2020. */
function endedCertificate(t: TestContext): Certificate {
  const folder = temporaryFolder(t)
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { stdio: 'ignore', cwd: folder })
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-new', ...curve, '-keyout', key, '-out', 'csr.pem', ...names)
  execFileSync('sh', ['-c', 'touch index && echo 01 > serial'], { cwd: folder })
  const config = join(folder, 'ca.cnf')
  execFileSync('sh', [
    '-c',
    `printf '[ca]\\ndefault_ca=c\\n[c]\\ndatabase=%s/index\\nserial=%s/serial\\nnew_certs_dir=%s\\ndefault_md=sha256\\npolicy=p\\ncopy_extensions=copy\\n[p]\\ncommonName=supplied\\n' "$0" "$0" "$0" > "$1"`,
    folder,
    config,
  ])
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z']
  openssl(
    'ca',
    '-batch',
    '-selfsign',
    '-config',
    config,
    '-keyfile',
    key,
    '-in',
    'csr.pem',
    '-out',
    cert,
    ...dates,
    '-notext',
  )
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
