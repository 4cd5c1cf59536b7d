import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type Scope, temporaryFolder } from './gate.ts'

export interface Redis {
  url: string
  /** Gone at once, connections and all. */
  kill(): Promise<void>
  /** Keeps its connections and takes commands, but answers nothing. */
  freeze(): void
  thaw(): void
  /** Back on the same port, empty. */
  restart(): Promise<void>
}

/** A real Redis on a port of its own, which keeps nothing; ends with the test. */
export async function startRedis(t: Scope): Promise<Redis> {
  const port = await freePort()
  const folder = temporaryFolder(t)
  const options = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1', '--dir', folder]
  let server: ChildProcess | undefined

  // Spawned directly: a signal to a shell would miss it.
  const start = async () => {
    server = spawn('redis-server', ['--port', `${port}`, ...options], { stdio: 'ignore' })
    await untilListening(port)
  }
  const kill = async () => {
    const running = server
    server = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  }
  t.after(kill)
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    async restart() {
      await kill()
      await start()
    },
  }
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const reached = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      sleep(500, false, { ref: false }),
    ])
    socket.destroy()
    if (reached) return
    await sleep(25)
  }
  throw new Error(`redis-server does not listen on port ${port}`)
}
