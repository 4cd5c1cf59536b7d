import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { patience } from './ask-gate.ts'
import type { Finding } from './finding.ts'

/** A certificate that ends sooner than this, in days, should have been renewed by itself. */
const soon = 14
const day = 86_400_000

/**
 * What is wrong with the certificate that is shown at an https address, and what to do.
 * @param now in milliseconds since 1970.
 * @returns undefined where nobody speaks TLS there, which others say better.
 */
export async function certificateFinding(
  publicUrl: string,
  now: number,
): Promise<Omit<Finding, 'about'> | undefined> {
  const { hostname, port } = new URL(publicUrl)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const name = isIP(host) === 0 ? { servername: host } : {}
  const options = { host, port: Number(port) || 443, rejectUnauthorized: false, ...name }
  const socket = connect(options)
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(patience) })
    return findingOf(socket, host, now)
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

function findingOf(socket: TLSSocket, host: string, now: number): Omit<Finding, 'about'> {
  const { valid_to: end, subjectaltname: names = 'nobody' } = socket.getPeerCertificate()
  const days = Math.floor((Date.parse(end) - now) / day)
  // Its type says Error; it is the code.
  const code = `${socket.authorizationError ?? ''}`
  const fail = (words: string) => ({ mark: 'fail', words }) as const
  if (code === 'CERT_HAS_EXPIRED') return fail(`its certificate ended on ${end}; renew it`)
  if (code === 'CERT_NOT_YET_VALID') {
    return fail('its certificate is not valid yet; look at the clocks of both machines')
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail(`its certificate is for ${names.replaceAll('DNS:', '')}, not for ${host}`)
  }
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') {
    return fail(
      'its certificate comes without the intermediate ones, or is of an authority that is not known here: give ' +
        'the proxy the full chain; doctor knows other authorities by NODE_EXTRA_CA_CERTS',
    )
  }
  if (code !== '') return fail(untrusted(code))
  if (days >= soon) return { mark: 'ok', words: `its certificate is good for ${days} days` }
  return { mark: 'warn', words: `its certificate ends in ${days} days; see why it was not renewed` }
}

function untrusted(code: string): string {
  const own = code.includes('SELF_SIGNED') ? 'nobody has signed it but itself' : code
  const words = `its certificate is of no authority that this machine knows (${own})`
  return `${words}; phones know public ones only, and doctor others by NODE_EXTRA_CA_CERTS`
}
