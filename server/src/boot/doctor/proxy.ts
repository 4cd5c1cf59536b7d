import { paths } from '@qrgate/sdk/protocol'
import ipaddr from 'ipaddr.js'
import WebSocket from 'ws'
import type { Config } from '../../config.ts'
import type { Seen } from '../../protocol/gate-proof.ts'
import { forgedAddress, patience } from './ask-gate.ts'
import { type Finding, messageOf } from './finding.ts'

type Found = Omit<Finding, 'about'>

/** Fewer fixed bits than these, and a range is more than a few proxies of one's own. */
const fewest = { ipv4: 24, ipv6: 48 }

/**
 * Ranges of QRGATE_TRUSTED_PROXIES in which others than proxies are: whoever is there can say to come from
 * anywhere.
 */
export function openRanges(trustedProxies: readonly string[]): Found[] {
  const isOpen = (range: string) => {
    if (!range.includes('/')) return false
    const { family, bits, ends } = limitsOf(range)
    return !ends.every(isInside) && bits < fewest[family]
  }
  return trustedProxies.filter(isOpen).map(range => ({
    mark: 'warn',
    words: `QRGATE_TRUSTED_PROXIES has ${range}, which holds public addresses: whoever has one can say to be anybody; name only your own proxies`,
  }))
}

interface Limits {
  family: 'ipv4' | 'ipv6'
  bits: number
  /** Its first address and its last. */
  ends: (ipaddr.IPv4 | ipaddr.IPv6)[]
}

/** What a range is, where IPv6 writes IPv4 as well. */
function limitsOf(range: string): Limits {
  const [address, bits] = ipaddr.parseCIDR(range)
  if (address.kind() === 'ipv4') {
    const ends = [
      ipaddr.IPv4.networkAddressFromCIDR(range),
      ipaddr.IPv4.broadcastAddressFromCIDR(range),
    ]
    return { family: 'ipv4', bits, ends }
  }
  if (bits > 96 && (address as ipaddr.IPv6).isIPv4MappedAddress()) {
    return limitsOf(`${(address as ipaddr.IPv6).toIPv4Address()}/${bits - 96}`)
  }
  const ends = [
    ipaddr.IPv6.networkAddressFromCIDR(range),
    ipaddr.IPv6.broadcastAddressFromCIDR(range),
  ]
  return { family: 'ipv6', bits, ends }
}

/** In nobody's network but one's own. */
function isInside(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const own = ['private', 'loopback', 'linkLocal', 'carrierGradeNat', 'uniqueLocal']
  return own.includes(address.range())
}

/** What can be said of visitors' addresses without asking the gate. */
export function proxyFindings({ publicUrl, trustedProxies }: Config): Found[] {
  if (!publicUrl.startsWith('https:') || trustedProxies.length > 0) return []
  return [{ mark: 'warn', words: `QRGATE_TRUSTED_PROXIES is not set: ${shared}; name the proxy` }]
}

const shared = 'every visitor has the address of the proxy, and they share its limits'
const anew = 'set it there anew, from the address of the connection'

/** Whether visitors' own addresses get through, and nothing that they say of them. */
export function addressFindings(
  { address, peer, forwarded }: Seen,
  trustedProxies: readonly string[],
): Found[] {
  if (forwarded === null) {
    return [{ mark: 'warn', words: `the proxy sends no X-Forwarded-For: ${shared}; ${anew}` }]
  }
  if (address === forgedAddress) {
    const words =
      'the proxy passes on what visitors say in X-Forwarded-For, and the gate believes it'
    return [{ mark: 'fail', words: `${words}; ${anew}` }]
  }
  const passed: Found[] =
    forwarded.trim() === forgedAddress
      ? [
          {
            mark: 'warn',
            words: `the proxy passes on X-Forwarded-For as visitors send it; ${anew}`,
          },
        ]
      : []
  if (!isTrusted(peer, trustedProxies)) {
    const words = `the proxy's address ${peer} is not in QRGATE_TRUSTED_PROXIES: ${shared}`
    return [...passed, { mark: 'warn', words }]
  }
  return [...passed, { mark: 'ok', words: `the gate sees visitors' addresses (here: ${address})` }]
}

function isTrusted(peer: string, trustedProxies: readonly string[]): boolean {
  const address = ipaddr.process(peer.replace(/%.*$/, ''))
  return trustedProxies.some(range => {
    const parts = range.includes('/') ? ipaddr.parseCIDR(range) : undefined
    const [network, bits] = parts ?? [ipaddr.parse(range), range.includes(':') ? 128 : 32]
    const isMapped = network.kind() === 'ipv6' && (network as ipaddr.IPv6).isIPv4MappedAddress()
    const from = isMapped ? (network as ipaddr.IPv6).toIPv4Address() : network
    return from.kind() === address.kind() && address.match(from, isMapped ? bits - 96 : bits)
  })
}

/** Whether a kiosk's socket gets through: opened as by a program, which may ask for a sign of life only. */
export async function socketFinding(publicUrl: string): Promise<Found> {
  const url = `${publicUrl.replace(/^http/, 'ws')}${paths.kiosk}`
  const socket = new WebSocket(url, { handshakeTimeout: patience })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ type: 'ping' })))
      socket.on('message', () => resolve())
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('it was closed')))
      AbortSignal.timeout(patience).onabort = () => reject(new Error('nothing was heard on it'))
    })
    return { mark: 'ok', words: 'WebSockets get through' }
  } catch (error) {
    const words = `no WebSocket gets through (${messageOf(error)}), so that kiosks only ask now and then`
    return { mark: 'warn', words: `${words}; let the proxy pass Upgrade and Connection on` }
  } finally {
    socket.terminate()
  }
}

/** `/readyz` says which part of a gate is in trouble, which is nobody's business. */
export async function readyzFindings(publicUrl: string): Promise<Found[]> {
  const signal = AbortSignal.timeout(patience)
  const answer = await fetch(`${publicUrl}/readyz`, { signal, redirect: 'manual' }).catch(
    () => null,
  )
  const text = (await answer?.text().catch(() => '')) ?? ''
  if (!text.includes('"parts"')) return []
  const words = `${publicUrl}/readyz is open to whoever reaches it from here`
  return [{ mark: 'warn', words: `${words}; let the proxy answer 404 there` }]
}

/** Where people type the name alone, browsers may try http first. */
export async function plainHttpFindings(publicUrl: string): Promise<Found[]> {
  const { protocol, hostname, port } = new URL(publicUrl)
  if (protocol !== 'https:' || port !== '') return []
  const signal = AbortSignal.timeout(patience)
  const options = { signal, redirect: 'manual' } as const
  const answer = await fetch(`http://${hostname}/`, options).catch(() => null)
  await answer?.body?.cancel()
  const target = answer?.headers.get('location') ?? ''
  if (URL.parse(target)?.origin === publicUrl) return []
  const words = `http://${hostname} does not lead to https: whoever types the name alone may get nothing`
  return [{ mark: 'warn', words: `${words}; let the proxy redirect it` }]
}
