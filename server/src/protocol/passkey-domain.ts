import { isIP } from 'node:net'

/**
 * The rpId of a gate's passkeys (WebAuthn Level 3 §4): the host of its address, or a domain above it.
 * @param publicUrl its origin.
 * @param domain as it was set; empty: the host itself.
 * @returns null where no browser makes passkeys: without https, but for localhost, and at a bare address.
 */
export function passkeyDomain(publicUrl: string, domain: string): string | null {
  const { protocol, hostname } = new URL(publicUrl)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (protocol !== 'https:' && !isLocal) return null
  if (isIP(hostname.replace(/^\[|\]$/g, '')) > 0) return null
  return domain || hostname
}
