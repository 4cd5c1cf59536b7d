import type { Config } from '../config.ts'
import type { Demo } from './demo.ts'
import { terminalQr } from './terminal-qr.ts'

export interface Greeted {
  config: Pick<Config, 'publicUrl' | 'otherUrls' | 'port'>
  demo: Demo | undefined
  /** The port that it would have had, were it not taken. */
  usualPort: number
  coloured: boolean
}

/** What a demo says at the terminal once it answers: the first address is the one to open. */
export async function greeting({ config, demo, usualPort, coloured }: Greeted): Promise<string> {
  const { publicUrl, otherUrls, port } = config
  const addresses = await addressesOf(demo)
  const remarks = [
    ...(port === usualPort ? [] : [`Port ${usualPort} is taken, so it is ${port}.`]),
    ...(demo && !demo.reception
      ? ['Without reception: a client demo-reception that no demo has made is there already.']
      : []),
    ...otherAddresses(otherUrls),
    'Phone and computer must be in one network. Anybody in it may sign up here; use it to try things\n  out, not in production.',
  ]
  return `
${terminalQr(`${publicUrl}/try`, coloured)}

  Scan it to try QRGate with your own phone, as a visitor. It opens ${new URL(publicUrl).host}/try

${addresses.map(([what, path]) => `  ${what.padEnd(26)} ${publicUrl}${path}`).join('\n')}

${remarks.map(remark => `  ${remark}\n`).join('')}
  QRGate demo. Stop with Ctrl+C.

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
async function addressesOf(demo: Demo | undefined): Promise<[string, string][]> {
  const own: [string, string][] = [
    ['Kiosk alone', '/kiosk'],
    ['API', '/api/docs'],
  ]
  if (!demo?.reception) return [['Kiosk and phone', '/demo'], ...own]
  const page = `/demo#desk=${await demo.reception.deskCode()}`
  return [['Kiosk, phone and desk', page], ['Waiting room board', '/reception/board'], ...own]
}
