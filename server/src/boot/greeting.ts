import type { Config } from '../config.ts'
import type { Demo } from './demo.ts'
import { terminalQr } from './terminal-qr.ts'

export interface Greeted {
  config: Pick<Config, 'publicUrl' | 'otherUrls' | 'port'>
  demo: Pick<Demo, 'reception'> | undefined
  /** The port that it would have had, were it not taken. */
  usualPort: number
  /** Where it is printed: nobody scans a file, and its theme is known only where colours are. */
  output: 'colours' | 'plain' | 'file'
  /** Why no phone reaches it; undefined where phones may. */
  noPhone: string | undefined
}

/** What a demo says at the terminal once it answers: the first address is the one to open. */
export async function greeting(greeted: Greeted): Promise<string> {
  const { config, demo, usualPort, noPhone } = greeted
  const { publicUrl, otherUrls, port } = config
  const addresses = await addressesOf(demo)
  const remarks = [
    ...(port === usualPort ? [] : [`Port ${usualPort} is taken, so it is ${port}.`]),
    ...(demo && !demo.reception
      ? ['Without reception: a client demo-reception that no demo has made is there already.']
      : []),
    ...otherAddresses(otherUrls),
    noPhone ?? 'Phone and computer must be in one network.',
    'Anybody who reaches this address may sign up here; use it to try things out, not in production.',
  ]
  return `
${addresses.map(([what, path]) => `  ${what.padEnd(26)} ${publicUrl}${path}`).join('\n')}

${noPhone === undefined ? forPhones(greeted) : ''}${remarks.map(remark => `  ${remark}\n`).join('')}
  QRGate demo. Stop with Ctrl+C.

`
}

function forPhones({ config: { publicUrl }, output }: Greeted): string {
  const address = `${publicUrl}/try`
  if (output === 'file')
    return `  To try QRGate with your own phone, as a visitor, open ${address}\n\n`
  const opens = `It opens ${address.replace(/^https?:\/\//, '')}`
  const onDark =
    output === 'plain'
      ? '\n  It is drawn for a dark terminal; on a light one, type the address.'
      : ''
  return `${terminalQr(address, output === 'colours')}

  Scan it to try QRGate with your own phone, as a visitor. ${opens}${onDark}

`
}

/** QR codes and cookies belong to one address, so another one is a matter for the next start. */
function otherAddresses(urls: readonly string[]): string[] {
  if (urls.length === 0) return []
  return [
    `Other addresses of this machine: ${urls.join(' ')}\n  If phones can only reach one of those, start again with PUBLIC_URL set to it.`,
  ]
}

/** The code makes one browser the desk, which shows names. */
async function addressesOf(demo: Greeted['demo']): Promise<[string, string][]> {
  const own: [string, string][] = [
    ['Kiosk alone', '/kiosk'],
    ['API', '/api/docs'],
  ]
  if (!demo?.reception) return [['Kiosk and phone', '/demo'], ...own]
  const page = `/demo#desk=${await demo.reception.deskCode()}`
  return [['Kiosk, phone and desk', page], ['Waiting room board', '/reception/board'], ...own]
}
