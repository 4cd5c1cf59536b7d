import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/** One request over a few kept connections; the answer's text, whatever its status. */
export function call(
  url: string,
  method = 'GET',
  body?: string,
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(url, { method, agent, headers: { ...type, ...headers } }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A ticket of the seed's API. */
export async function startAt(url: string): Promise<string> {
  return (JSON.parse(await call(`${url}/api/qr/start`)) as { token: string }).token
}

/** A right or a wrong password, at one ticket. */
export function signInAt(url: string, token: string, id: string, pwd: string): Promise<string> {
  return call(`${url}/api/qr/auth/${token}`, 'POST', JSON.stringify({ id, pwd }))
}
