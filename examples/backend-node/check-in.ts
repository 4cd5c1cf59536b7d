// The backend of a kiosk: starts each sign-in, learns who came, gives a number, calls it, and ends it.
// `qrgate client add clinic "서울내과" --claims name --endpoint https://…/webhook` prints CLIENT_CREDENTIAL
// and WEBHOOK_SECRET, `qrgate kiosk add "1층 접수 1번" --backend --client clinic` KIOSK_CREDENTIAL.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { ClaimAnswer, SignInView, StartAnswer } from '@qrgate/sdk/protocol'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { ask, gate } from './gate.ts'
import { isGenuine, move, receive } from './hand-offs.ts'

const { KIOSK_CREDENTIAL = '', CLIENT_CREDENTIAL = '', CLIENT = 'clinic' } = process.env
const port = Number(process.env.PORT ?? 3000)
const keys = createRemoteJWKSet(new URL(`${gate}/oidc/jwks`))
const expected = { issuer: `${gate}/oidc`, audience: CLIENT, algorithms: ['ES256'] }
const element = new URL(import.meta.resolve('@qrgate/sdk/kiosk-element'))
const page = new URL('page.html', import.meta.url)

/** Waits for whoever signs in. The page claims too, for its screen; only we are told who it is. */
async function learnWhoComes({ id, kiosk_secret }: StartAnswer): Promise<void> {
  const path = `/api/v1/sign-ins/${id}`
  let view: Pick<SignInView, 'seq' | 'state'> = { seq: 0, state: 'pending' }
  while (view.state === 'pending' || view.state === 'scanned') {
    view = await ask<SignInView>('GET', `${path}?since=${view.seq}&wait=10`, kiosk_secret)
  }
  if (view.state !== 'approved' && view.state !== 'claimed') return
  const body = { client_credential: CLIENT_CREDENTIAL }
  const { account, id_token } = await ask<ClaimAnswer>('POST', `${path}/claim`, kiosk_secret, body)
  // Without a token the visitor has agreed to nothing: somebody is there, and we do not know who.
  const token = id_token ? (await jwtVerify(id_token, keys, expected)).payload : { sid: id }
  if (token.sid !== id) throw new Error('the token is of another sign-in')
  console.log('arrived', account.name, JSON.stringify({ sub: token.sub, name: token.name }))
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object = {}) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  try {
    const asked = `${request.method} ${request.url}`
    if (asked === 'POST /start') {
      const started = await ask<StartAnswer>('POST', '/api/v1/sign-ins', KIOSK_CREDENTIAL)
      learnWhoComes(started).catch(error => console.error(error))
      // The credentials stay here; the page gets no more than this one sign-in.
      answer(200, started)
    } else if (asked === 'POST /webhook') {
      if (!(Number(request.headers['content-length']) <= 65_536)) return void answer(413)
      const body = await buffer(request)
      if (isGenuine(request.headers, body)) answer(200, receive(JSON.parse(`${body}`)))
      else answer(401)
    } else if (/^POST .(call|end)$/.test(asked) && request.headers.origin === undefined) {
      // For the desk's own program: a browser always says which page it posts from.
      answer(200, await move(asked === 'POST /call' ? 'called' : 'done'))
    } else {
      const isElement = request.url === '/kiosk-element.js'
      response.setHeader('content-type', isElement ? 'text/javascript' : 'text/html')
      const file = await readFile(isElement ? element : page, 'utf8')
      response.end(isElement ? file : file.replace('{gate}', gate))
    }
  } catch (error) {
    console.error(error)
    answer(error instanceof SyntaxError ? 400 : 502)
  }
})
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
