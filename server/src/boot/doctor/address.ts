import type { Config } from '../../config.ts'
import { gateProofPurpose } from '../../protocol/gate-proof.ts'
import { deriveKeyring, type Keyring } from '../../protocol/keyring.ts'
import { lengthOf } from '../clock-steps.ts'
import { keptSecretKeys } from '../secret-key.ts'
import { type Answerer, askGate } from './ask-gate.ts'
import { certificateFinding } from './certificate.ts'
import { type Add, messageOf } from './finding.ts'
import {
  addressFindings,
  openRanges,
  plainHttpFindings,
  proxyFindings,
  readyzFindings,
  socketFinding,
} from './proxy.ts'

/** Asks under the public address as a phone would, whether this gate answers and all of it gets through. */
export async function checkAddress(config: Config, add: Add): Promise<void> {
  const { publicUrl, trustedProxies } = config
  const keyring = ownKeyring(config)
  const [answerer, near] = await Promise.all([
    askGate(publicUrl, keyring),
    askGate(listeningAt(config), keyring),
  ])
  const isHttps = publicUrl.startsWith('https:')
  const certificate = isHttps ? await certificateFinding(publicUrl, Date.now()) : undefined
  judge(answerer, near, { publicUrl, isCertificateBad: certificate?.mark === 'fail' }, add)
  if (certificate) add(certificate.mark, 'address', `${publicUrl}: ${certificate.words}`)

  for (const { mark, words } of openRanges(trustedProxies)) add(mark, 'proxy', words)
  if (answerer.kind !== 'own') {
    for (const { mark, words } of proxyFindings(config)) add(mark, 'proxy', words)
    return
  }
  checkClockOf(answerer.apart, add)
  const findings = [
    ...(isHttps ? addressFindings(answerer.seen, trustedProxies) : []),
    ...(await Promise.all([socketFinding(publicUrl)])),
    ...(isHttps ? await readyzFindings(publicUrl) : []),
    ...(await plainHttpFindings(publicUrl)),
  ]
  for (const { mark, words } of findings) add(mark, 'proxy', words)
}

function ownKeyring(config: Config): Keyring | undefined {
  const [current, ...older] = keptSecretKeys(config)
  return current === undefined ? undefined : deriveKeyring([current, ...older], gateProofPurpose)
}

/** Where a gate with these settings answers on this machine. */
function listeningAt({ host, port }: Config): string {
  const any: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }
  return `http://${any[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`
}

function judge(
  answerer: Answerer,
  near: Answerer,
  { publicUrl, isCertificateBad }: { publicUrl: string; isCertificateBad: boolean },
  add: Add,
): void {
  const isNear = near.kind === 'own'
  const here = isNear ? '; this gate runs, so look at name, proxy and firewall' : ''
  switch (answerer.kind) {
    case 'own': {
      const other = answerer.seen.publicUrl
      if (other === publicUrl) add('ok', 'address', `${publicUrl} leads to this gate`)
      else add('fail', 'address', `the gate there runs with PUBLIC_URL ${other}; restart it`)
      return
    }
    case 'gate': {
      const words = `a gate answers at ${publicUrl}, but none with this SECRET_KEY`
      const mend = isNear
        ? 'let name or proxy lead to this one'
        : 'is it another one, or one that waits for its restart?'
      add('fail', 'address', `${words}: ${mend}`)
      return
    }
    case 'other': {
      const { status, location } = answerer
      const how =
        location === null ? `by something else (${status})` : `by a redirect to ${location}`
      add('fail', 'address', `${publicUrl} is answered ${how}; check the proxy${here}`)
      return
    }
    case 'nobody': {
      // What is wrong with it is said by itself.
      if (isCertificateBad) return
      const words = `${publicUrl} cannot be reached from here: ${messageOf(answerer.error)}`
      add(isNear ? 'fail' : 'warn', 'address', `${words}${here || '. Is the gate running?'}`)
    }
  }
}

/** Nodes follow the database's clock, and an SQLite database has none of its own. */
function checkClockOf(apart: number, add: Add): void {
  if (apart < 10_000) return
  const words = `this machine's is ${lengthOf(apart)} apart from the gate's`
  add('warn', 'clock', `${words}; switch on NTP on both`)
}
