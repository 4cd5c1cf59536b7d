import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { Refusal } from '../../errors.ts'
import type { HttpServer, Refuse } from './server.ts'

/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
const hostAndPort = /^(?:[\w.-]+|\[([\da-f:.]+)\])(?::\d{0,5})?$/i

/**
 * Refuses every request that does not say once, and well, which host it is for (RFC 9112 §3.2): of
 * several, two programs on its way could each read another one. To be called once the headers of all
 * answers are added and upgrades are told apart, and before any scope: none has a page for this.
 */
export function requireOneHost(server: HttpServer, refuse: Refuse): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (namesOneHost(request.raw)) done()
    else refuse(new Refusal('malformed'), request, reply)
  })
}

/** Before HTTP/1.1 there was no such header, and health checks still go without. */
function namesOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  // Not `headers`, where Node keeps the first of several.
  const [host, ...more] = hostsIn(rawHeaders)
  if (host === undefined) return httpVersion === '1.0'
  return more.length === 0 && isHost(host)
}

/** @param rawHeaders names and values by turns. */
function hostsIn(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    // Each request passes here with all its headers: most are told apart by their length.
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(value)
  }
  return hosts
}

function isHost(text: string): boolean {
  const match = hostAndPort.exec(text)
  if (match === null) return false
  const [, inBrackets] = match
  return inBrackets === undefined || isIPv6(inBrackets)
}
