import type { ActionAnswer, DeskActions, DeskState } from '../../reception/src/wire.ts'

/** Reception has said no, for good. */
export class DeskRefused extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A desk in plain HTTP, as its page speaks to reception. */
export class DeskClient {
  readonly #url: string
  readonly #cookie: string

  private constructor(url: string, cookie: string) {
    this.#url = url
    this.#cookie = cookie
  }

  /** @param link as it was printed, with reception's origin and base before `/desk`. */
  static async open(link: string): Promise<DeskClient> {
    const [page = '', secret = ''] = link.split('#link=')
    const url = page.replace(/\/desk$/, '')
    const answer = await post(`${url}/desk/session`, '', { link: secret })
    const [cookie = ''] = answer.headers.getSetCookie()
    return new DeskClient(url, cookie.split(';')[0] ?? '')
  }

  /** @throws DeskRefused where reception says no; anything else where it does not answer. */
  async act<Name extends keyof DeskActions>(
    name: Name,
    action: DeskActions[Name],
  ): Promise<ActionAnswer> {
    const answer = await post(`${this.#url}/desk/${name}`, this.#cookie, action)
    return (await answer.json()) as ActionAnswer
  }

  /** The first that its live stream says. */
  async state(): Promise<DeskState> {
    const headers = { cookie: this.#cookie }
    const { body } = await fetch(`${this.#url}/desk/live`, { headers })
    let text = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.endsWith('\n\n')) break
    }
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as DeskState
  }
}

async function post(url: string, cookie: string, body: object): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { cookie, origin: new URL(url).origin, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.ok) return answer
  const { code, message } = (await answer.json()) as { code: string; message: string }
  if (answer.status >= 500) throw new Error(`${url}: ${answer.status} ${message}`)
  throw new DeskRefused(code, message)
}
