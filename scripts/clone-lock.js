import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.js'

/**
 * Locks of a clone, each a local socket: the system lets go of what an ended process has held, however
 * it ended, and this needs no package and no younger Node.
 * - `preparing`: packages are installed, or pages built.
 * - `running`: a demo reads both.
 * @typedef {'preparing' | 'running'} Lock
 */

/**
 * @param {Lock} lock
 * @returns {Promise<(() => void) | undefined>} lets go of it; undefined where another process has it.
 */
export async function take(lock, folder = root) {
  const path = pathOf(lock, folder)
  const server = createServer(socket => {
    // Whoever waits is told by the end of this.
    waiting.add(socket)
    socket.on('error', () => {}).unref()
  })
  const waiting = new Set()
  try {
    await once(server.listen(path), 'listening')
  } catch (error) {
    // Where the system has no such sockets for us, there is no lock, and nothing worse.
    if (error.code !== 'EADDRINUSE') return () => {}
    if (await isHeld(path)) return undefined
    // A Mac keeps the file of a process that was killed.
    rmSync(path, { force: true })
    return take(lock, folder)
  }
  server.unref()
  return () => {
    server.close()
    for (const socket of waiting) socket.destroy()
  }
}

/** Takes it when it is free. @param {Lock} lock @param said is called once, where it has to wait. */
export async function takeInTurn(lock, said, folder = root) {
  let isSaid = false
  for (;;) {
    const release = await take(lock, folder)
    if (release) return release
    if (!isSaid) said()
    isSaid = true
    await untilReleased(pathOf(lock, folder))
  }
}

/** Takes it as soon as it is free, and keeps nobody from ending meanwhile. @param {Lock} lock */
export async function holdWhenFree(lock, folder = root) {
  while (!(await take(lock, folder))) await untilReleased(pathOf(lock, folder), true)
}

/** @param {Lock} lock */
function pathOf(lock, folder) {
  const name = `qrgate-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}-${lock}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  // Linux has names that are no files, and end with the process.
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name)
}

async function isHeld(path) {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return process.platform === 'linux'
  } finally {
    socket.destroy()
  }
}

function untilReleased(path, inBackground = false) {
  return new Promise(resolve => {
    const socket = connect(path)
    if (inBackground) socket.unref()
    // Let go of just now.
    socket.on('error', () => {})
    socket.on('close', resolve)
    socket.resume()
  })
}
