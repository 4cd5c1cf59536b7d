import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * An authority, and certificates of its own for some hosts: `ca.pem`, and `HOST.pem` with `HOST.key` for each.
 * @param folder where they go.
 */
export function makeAuthority(folder: string, hosts: readonly string[]): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90']
  const make = (name: string, ...more: string[]) =>
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...more],
      { cwd: folder, stdio: 'ignore' },
    )
  make('ca', '-subj', '/CN=An authority for a try')
  const signed = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key')]
  const notAnAuthority = ['-addext', 'basicConstraints=critical,CA:FALSE']
  for (const host of hosts) {
    const named = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
    make(host, ...named, ...notAnAuthority, ...signed)
  }
}
