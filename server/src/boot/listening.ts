import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'

type Place = Pick<Config, 'host' | 'port'>

/** How many ports a demo looks at. */
const tries = 100

/**
 * The first port from the usual one on that nobody listens at.
 * @throws OperatorError where there is none, or the host cannot be listened at at all.
 */
export async function freePort({ host, port: usual }: Place): Promise<number> {
  for (let port = usual; port < usual + tries; port += 1) {
    const fault = await faultAt({ host, port })
    if (fault === undefined) return port
    if (fault.code !== 'EADDRINUSE') throw cannotListen(fault, { host, port })
  }
  throw new OperatorError(
    `Ports ${usual} to ${usual + tries - 1} are taken; set PORT to another one.`,
  )
}

/** @throws OperatorError where somebody listens there, or nobody can. */
export async function requireFree(place: Place): Promise<void> {
  const fault = await faultAt(place)
  if (fault !== undefined) throw cannotListen(fault, place)
}

/** Listens there for a moment. @returns why nobody can; undefined where that is possible. */
export async function faultAt({ host, port }: Place): Promise<NodeJS.ErrnoException | undefined> {
  // On a Mac all addresses can be had though one of them is taken; browsers here would go to that one.
  const hosts = host === '0.0.0.0' || host === '::' ? [host, '127.0.0.1'] : [host]
  for (const one of hosts) {
    const probe = createServer().listen(port, one)
    try {
      await once(probe, 'listening')
    } catch (error) {
      return error as NodeJS.ErrnoException
    }
    probe.close()
    await once(probe, 'close')
  }
  return undefined
}

/** Why a gate cannot listen, and what would be right. Any other error is returned as it is. */
export function cannotListen(error: NodeJS.ErrnoException, { host, port }: Place): Error {
  const { code, syscall } = error
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const other = 'leave HOST out, or set it to an address of this machine'
  // A file may be closed to this user, too.
  if (!['listen', 'bind', 'getaddrinfo'].includes(syscall ?? '')) return error
  switch (code) {
    case 'EADDRINUSE':
      return new OperatorError(`Another program listens at ${where}; set PORT to another one.`)
    case 'EACCES':
      return new OperatorError(
        `This user may not listen at ${where}; set PORT to one from 1024 on.`,
      )
    case 'EADDRNOTAVAIL':
      return new OperatorError(`HOST ${host} is no address of this machine; ${other}.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return new OperatorError(`HOST ${host} is no name that this machine knows; ${other}.`)
    default:
      return new OperatorError(`${where} cannot be listened at (${code}); ${other}.`)
  }
}
