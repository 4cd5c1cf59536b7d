import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

export interface Redis {
  url: string
  /** Where it would write, if it were told to. */
  folder: string
  /** Gone at once, connections and all. */
  kill(): Promise<void>
  /** Keeps its connections and takes commands, but answers nothing. */
  freeze(): void
  thaw(): void
  /** Back on the same port, empty. */
  restart(): Promise<void>
}

/** A real Redis on a port of its own, which keeps nothing; ends with the test. @param more of its options. */
export async function startRedis(t: Scope, ...more: string[]): Promise<Redis> {
  const port = await freePort()
  const folder = temporaryFolder(t)
  const own = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1', '--dir', folder]
  const options = [...own, ...more]
  let server: ChildProcess | undefined

  // Spawned directly: a signal to a shell would miss it.
  const start = async () => {
    server = spawn('redis-server', ['--port', `${port}`, ...options], { stdio: 'ignore' })
    await until('Redis listens', () => listens(port))
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
    folder,
    kill,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    async restart() {
      await kill()
      await start()
    },
  }
}

/** Whether somebody takes connections there; on this machine that is known at once. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const reached = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return reached
}
