import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Scope, temporaryFolder } from './temporary.ts'

/** As servers take them, in PEM. */
export interface Certificate {
  key: string
  cert: string
}

/** A new certificate for one name or address that nobody has signed but its own key. */
export function selfSigned(t: Scope, host: string): Certificate {
  const folder = temporaryFolder(t)
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = `${isIP(host) > 0 ? 'IP' : 'DNS'}:${host}`
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=${name}`]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

/** From here on this process trusts it too. */
export function trust({ cert }: Certificate): void {
  setDefaultCACertificates([...getCACertificates('default'), cert])
}
