import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

export interface Sent {
  method?: string
  body?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  text: string
}

/** One request over kept connections; the answer, whatever its status. */
export function ask(
  url: string,
  { method = 'GET', body, headers = {} }: Sent = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(url, { method, agent, headers: { ...type, ...headers } }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The same; a refusal is no work done, and never counted as such. @returns the answer's text. */
export async function call(url: string, sent: Sent = {}): Promise<string> {
  const { status, text } = await ask(url, sent)
  if (status >= 400) throw new Error(`${sent.method ?? 'GET'} ${url}: ${status} ${text}`)
  return text
}

/** A ticket of the seed's API. */
export async function startAt(url: string): Promise<string> {
  return (JSON.parse(await call(`${url}/api/qr/start`)) as { token: string }).token
}
