import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Config } from '../config.ts'

/** What the operator has said of it; undefined or empty is nothing. */
type Said = Partial<Record<'HOST' | 'PUBLIC_URL', string | undefined>>

/** Only this machine has them, or nobody has given them out (RFC 1122 §3.2.1.3, RFC 3927). */
const ofThisMachine = new Set(['loopback', 'unspecified', 'linkLocal'])

/**
 * Why no phone reaches a demo's address, and what would be right: a phone that scanned it would be led
 * to itself.
 * @returns undefined where phones may reach it.
 */
export async function whyNoPhone(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  said: Said,
): Promise<string | undefined> {
  const name = new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')
  // A host has just been listened at, so its name is known here; asking for another may take long.
  const isHere = isOnlyHere(name) || (!said.PUBLIC_URL && (await isNameOnlyHere(name)))
  if (!isHere) return undefined
  const hostToo = said.HOST && (isOnlyAnyHere(host) || (await isNameOnlyHere(host)))
  const wrong = [...(said.PUBLIC_URL ? ['PUBLIC_URL'] : []), ...(hostToo ? ['HOST'] : [])]
  if (wrong.length === 0) return 'This machine has no network.'
  return `Phones cannot reach ${name}; leave ${wrong.join(' and ')} out.`
}

/** All addresses at once are no single one of this machine. */
const isOnlyAnyHere = (host: string) => isOnlyHere(host) && host !== '0.0.0.0' && host !== '::'

/** Names below `localhost` are never asked for (RFC 6761 §6.3). */
function isOnlyHere(name: string): boolean {
  if (isIP(name) === 0) return /(^|\.)localhost\.?$/i.test(name)
  return ofThisMachine.has(ipaddr.process(name).range())
}

/** As the one that Debian gives a machine itself, 127.0.1.1. */
async function isNameOnlyHere(name: string): Promise<boolean> {
  if (isIP(name) > 0) return false
  const addresses = await lookup(name, { all: true }).catch(() => [])
  return addresses.length > 0 && addresses.every(({ address }) => isOnlyHere(address))
}
