import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Block, blocksOf, deployBlocks } from './blocks.ts'
import { startDatabase, startRedis } from './inner-servers.ts'
import { layWire, Machine, tellHosts } from './machine.ts'
import { enrol, signIn } from './visit.ts'

const password = 'correct horse battery'
const [visitors, one, proxy, database] = ['10.0.0.1', '10.0.0.2', '10.0.0.5', '10.0.0.20']
const nodes = ['10.0.0.11', '10.0.0.12']

/**
 * docs/deploy.md from "Install" to two nodes, each block as it stands there, in namespaces of its own.
 * @param scratch the folder with certificates.
 * @throws Error with what was said, where a block fails or does not do what it is for.
 */
export async function tryDeploy(scratch: string, root: string): Promise<void> {
  const blocks = blocksOf(readFileSync(join(root, 'docs/deploy.md'), 'utf8'))
  const memory = join(scratch, 'machines')
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', memory])
  const hosts = (gate: string) => ({
    'gate.example.org': gate,
    'db.internal': database,
    'redis.internal': database,
  })
  layWire(visitors, hosts(one), scratch)

  const machine = await Machine.start('one', one, memory, hosts(one))
  give(machine, scratch)
  const on = (m: Machine, name: string, env = {}) => carryOut(m, blockOf(blocks, name), env)

  install(machine, root, '0.1.0')
  on(machine, 'Install 2', offline)
  on(machine, 'One machine 1')
  on(machine, 'One machine 2')
  machine.until('curl -sf http://127.0.0.1:8080/healthz')

  on(machine, 'The proxy 1')
  machine.until('curl -sf https://gate.example.org/healthz')
  assert.match(
    machine.run('curl -s -o /dev/null -w "%{http_code}" https://gate.example.org/readyz'),
    /^404/,
  )
  const [added] = [on(machine, 'Kiosks 1', asOperator)]
  on(machine, 'Accounts 1', asOperator)
  const kiosk = await enrol(/https:\/\/\S+/.exec(added)?.[0] ?? '')
  examine(machine, blockOf(blocks, 'The proxy 4'))
  console.log(`── behind nginx the screen shows ${await signIn(kiosk, 'gildong', password)}`)
  machine.run('systemctl stop nginx')

  on(machine, 'The proxy 2')
  caddyHas(machine, blockOf(blocks, 'The proxy 3').text)
  machine.until('curl -sf https://gate.example.org/healthz')
  examine(machine, blockOf(blocks, 'The proxy 4'))
  console.log(`── behind Caddy the screen shows ${await signIn(kiosk, 'gildong', password)}`)

  on(machine, 'The log 1')
  machine.run('systemctl enable --now qrgate-backup.timer && ls /var/lib/qrgate-backup/*.sqlite')
  install(machine, root, '0.2.0')
  on(machine, 'Upgrade 1', offline)
  machine.until('curl -sf https://gate.example.org/healthz')
  console.log(`── upgraded, the screen shows ${await signIn(kiosk, 'gildong', password)}`)

  await several(blocks, on, scratch, root, memory, hosts(proxy))
}

async function several(
  blocks: Block[],
  on: (m: Machine, name: string, env?: Record<string, string>) => string,
  scratch: string,
  root: string,
  memory: string,
  hosts: Record<string, string>,
): Promise<void> {
  tellHosts(hosts, scratch)
  const db = await Machine.start('database', database, memory, hosts)
  give(db, scratch)
  startDatabase(db, blockOf(blocks, 'Several nodes 3').text)
  startRedis(db, blockOf(blocks, 'Several nodes 4').text)
  const secret = execFileSync('openssl', ['rand', '-base64', '48'], { encoding: 'utf8' }).trim()
  const gates: Machine[] = []
  for (const [index, address] of nodes.entries()) {
    const node = await Machine.start(`node-${index + 1}`, address, memory, hosts)
    give(node, scratch)
    install(node, root, '0.1.0')
    on(node, 'Install 2', offline)
    on(node, 'One machine 1')
    on(node, 'Several nodes 1', { NODE_ADDRESS: address, NODE_KEY: secret })
    on(node, 'One machine 2')
    on(node, 'Several nodes 2')
    // Which is 200 where Redis is away too.
    node.until(`curl -sf http://${address}:8080/readyz | grep -v degraded`)
    gates.push(node)
  }
  const [first, second] = gates
  assert.ok(first && second)
  const front = await Machine.start('proxy', proxy, memory, hosts)
  give(front, scratch)
  install(front, root, '0.1.0')
  on(front, 'Install 2', offline)
  on(front, 'The proxy 1')
  const line = (address: string) => `server ${address}:8080 max_fails=1 fail_timeout=1s;`
  front.run(
    `sed -i 's/server 127.0.0.1:8080;/${nodes.map(line).join(' ')}/' /etc/nginx/conf.d/qrgate.conf
     nginx -t && systemctl reload-or-restart nginx`,
  )
  front.until('curl -sf https://gate.example.org/healthz')
  const operator = { ...asOperator, NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/internal-ca.pem' }
  const added = on(first, 'Kiosks 1', operator)
  on(second, 'Accounts 1', operator)
  const kiosk = await enrol(/https:\/\/\S+/.exec(added)?.[0] ?? '')
  for (const node of gates) examine(node, blockOf(blocks, 'Several nodes 6'))
  console.log(
    `── two nodes behind nginx: the screen shows ${await signIn(kiosk, 'gildong', password)}`,
  )
  first.run('systemctl stop qrgate')
  console.log(`── one of them stopped: it shows ${await signIn(kiosk, 'gildong', password)}`)
  first.run('systemctl start qrgate')
  first.until(`curl -sf http://${first.address}:8080/readyz`)
  front.run('systemctl stop nginx')
  on(front, 'The proxy 2')
  caddyHas(front, blockOf(blocks, 'The proxy 3').text, blockOf(blocks, 'Several nodes 5').text)
  front.until('curl -sf https://gate.example.org/healthz')
  second.run('systemctl stop qrgate')
  console.log(
    `── behind Caddy, the other stopped: it shows ${await signIn(kiosk, 'gildong', password)}`,
  )
}

/** The registry is not reached from in there; what npm has kept is. */
const offline = { npm_config_offline: 'true' }
/** The pages show commands as they are said in the folder of the `.env`, by the gate's user. */
const asOperator = { AS: 'operator' }

const blockOf = (blocks: Block[], name: string) =>
  blocks.find(block => block.name === name) ?? assert.fail(`docs/deploy.md has no block ${name}`)

function carryOut(machine: Machine, { name, text }: Block, env: Record<string, string>): string {
  const row = deployBlocks[name]
  assert.ok(row && (row === 'all' || 'first' in row), name)
  const lines = row === 'all' ? text : (text.split('\n')[0] ?? '')
  const { AS, ...given } = env
  const kept = given.NODE_EXTRA_CA_CERTS ? `NODE_EXTRA_CA_CERTS=${given.NODE_EXTRA_CA_CERTS} ` : ''
  const script = AS ? `cd /etc/qrgate && sudo -u qrgate ${kept}${lines}` : lines
  console.log(`── ${name}, on ${machine.name}\n${script.trimEnd()}`)
  const said = machine.run(script, given, `${password}\n`)
  console.log(said.trimEnd().replace(/^/gm, '   │ '))
  return said
}

/** `doctor` must find nothing at all. */
function examine(machine: Machine, block: Block): void {
  const said = carryOut(machine, block, { NODE_USE_SYSTEM_CA: '1' })
  // How many files may be open it can only say of the shell that it is called from.
  assert.doesNotMatch(said, /^(?!ok|warn +files)\w+ /m)
}

/** What whoever sets a machine up has: certificates, and here the authority's, which is a public one otherwise. */
function give(machine: Machine, scratch: string): void {
  const read = (file: string) => readFileSync(join(scratch, file), 'utf8')
  machine.write('/etc/ssl/certs/internal-ca.pem', read('ca.pem'))
  machine.run('cat /etc/ssl/certs/internal-ca.pem >> /etc/ssl/certs/ca-certificates.crt')
  machine.write('/etc/ssl/certs/gate.example.org.pem', read('gate.example.org.pem'))
  // Caddy's user reads it too.
  machine.write('/etc/ssl/private/gate.example.org.key', read('gate.example.org.key'), '644')
  machine.run('chmod 711 /etc/ssl/private')
  for (const host of ['db.internal', 'redis.internal']) {
    machine.write(`/etc/ssl/certs/${host}.pem`, read(`${host}.pem`))
    machine.write(`/etc/ssl/private/${host}.key`, read(`${host}.key`), '644')
  }
  machine.run(
    'ln -sf /usr/share/zoneinfo/Asia/Seoul /etc/localtime; echo Asia/Seoul > /etc/timezone',
  )
  machine.write('/etc/sudoers.d/try', 'Defaults env_keep += "NODE_USE_SYSTEM_CA"\n', '440')
}

/** "Copy it to the machine." */
function install(machine: Machine, root: string, version: string): void {
  machine.run(`cp -r "$RELEASE" /opt/qrgate-${version}`, { RELEASE: join(root, 'release') })
}

/** No public authority is reached from in there, so it gets the certificate that the page tells of. */
function caddyHas(machine: Machine, ...lines: string[]): void {
  const file = '/etc/systemd/system/caddy.service.d/qrgate.conf'
  machine.run(
    `cat >> ${file}; systemctl daemon-reload; systemctl restart caddy`,
    {},
    lines.join(''),
  )
}
