import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a machine may write without any other seeing it. */
const own = ['/etc', '/opt', '/usr/local', '/var/lib', '/var/log']

const must = (program: string, ...args: string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })

/**
 * A machine beside others: this one's programs and files, but folders for settings and state, an address and
 * ports of its own, by Linux' namespaces. A process that was itself started in new ones (mount, net, pid) makes
 * them; all of them end with it.
 */
export class Machine {
  readonly name: string
  readonly address: string
  readonly #holder: ChildProcess

  private constructor(name: string, address: string, holder: ChildProcess) {
    this.name = name
    this.address = address
    this.#holder = holder
  }

  /**
   * @param scratch a folder in memory that no machine hides.
   * @param hosts the addresses of others, by their names.
   */
  static async start(
    name: string,
    address: string,
    scratch: string,
    hosts: Record<string, string>,
  ): Promise<Machine> {
    const mounts = own.map(path => {
      const [upper, work] = [`${scratch}/${name}/upper${path}`, `${scratch}/${name}/work${path}`]
      for (const folder of [upper, work]) mkdirSync(folder, { recursive: true })
      return `mount -t overlay overlay -o lowerdir=${path},upperdir=${upper},workdir=${work} ${path}`
    })
    const script = [
      ...mounts,
      'mount -t tmpfs tmpfs /run',
      `hostname ${name}`,
      'echo ready',
      'exec sleep infinity',
    ]
    const holder = spawn(
      'unshare',
      ['--mount', '--net', '--uts', 'bash', '-ec', script.join('\n')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const isReady = once(holder.stdout, 'data').then(() => true)
    if (!(await Promise.race([isReady, once(holder, 'exit').then(() => false)]))) {
      throw new Error(`${name} does not start`)
    }
    const link = `m${address.split('.').at(-1)}`
    const namespace = ['netns', `${holder.pid}`]
    must('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', ...namespace)
    must('ip', 'link', 'set', link, 'master', 'machines', 'up')
    const machine = new Machine(name, address, holder)
    machine.run(`ip link set lo up; ip addr add ${address}/24 dev eth0; ip link set eth0 up`)
    machine.write('/etc/hosts', hostsFile({ ...hosts, [name]: address }))
    // Where everybody may run it.
    const node = 'touch /usr/local/bin/node && mount --bind "$NODE" /usr/local/bin/node'
    machine.run(node, { NODE: process.execPath })
    const standIn = fileURLToPath(new URL('systemctl.ts', import.meta.url))
    const command = `exec "${process.execPath}" "${standIn}" "$@"`
    machine.write('/usr/local/bin/systemctl', `#!/bin/sh\n${command}\n`, '755')
    return machine
  }

  #enter(script: string): string[] {
    return [
      '-t',
      `${this.#holder.pid}`,
      '--mount',
      '--net',
      '--uts',
      'bash',
      '-e',
      '-o',
      'pipefail',
      '-c',
      script,
    ]
  }

  /** As root there. @returns what it said. @throws Error with that, where it fails. */
  run(script: string, env: Record<string, string> = {}, input = ''): string {
    const { status, signal, stdout, stderr } = spawnSync('nsenter', this.#enter(script), {
      cwd: '/root',
      encoding: 'utf8',
      input,
      env: {
        HOME: '/root',
        LANG: 'C.UTF-8',
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...env,
      },
    })
    if (status !== 0) {
      const how = `ended with ${status ?? signal}`
      throw new Error(`${this.name}: ${script}\n${stdout}${stderr}${how}`)
    }
    return stdout + stderr
  }

  /** Until it succeeds: whatever was started takes its time. */
  until(script: string): void {
    for (let tries = 0; ; tries += 1) {
      try {
        this.run(script)
        return
      } catch (error) {
        if (tries === 300) throw error
        spawnSync('sleep', ['0.2'])
      }
    }
  }

  write(path: string, text: string, mode = '644'): void {
    this.run(`cat > ${path}; chmod ${mode} ${path}`, {}, text)
  }

  /** Runs there until this process ends. */
  start(script: string): void {
    spawn('nsenter', this.#enter(script), { stdio: 'ignore' })
  }
}

/** The wire between the machines; this process is on it too, as visitors are. */
export function layWire(address: string, hosts: Record<string, string>, scratch: string): void {
  must('ip', 'link', 'set', 'lo', 'up')
  must('ip', 'link', 'add', 'machines', 'type', 'bridge')
  must('ip', 'addr', 'add', `${address}/24`, 'dev', 'machines')
  must('ip', 'link', 'set', 'machines', 'up')
  tellHosts(hosts, scratch)
}

/** From now on this process finds these names there. */
export function tellHosts(hosts: Record<string, string>, scratch: string): void {
  writeFileSync(`${scratch}/hosts`, hostsFile(hosts))
  must('mount', '--bind', `${scratch}/hosts`, '/etc/hosts')
}

const hostsFile = (hosts: Record<string, string>) =>
  ['127.0.0.1 localhost', ...Object.entries(hosts).map(([host, at]) => `${at} ${host}`), ''].join(
    '\n',
  )
