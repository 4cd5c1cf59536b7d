// The backend of a kiosk: it starts each sign-in itself, so it learns from the gate itself who came.
// KIOSK_CREDENTIAL is what `qrgate kiosk add "1층 접수 1번" --backend --client clinic` prints, and
// CLIENT_CREDENTIAL what `qrgate client add clinic "서울내과" --claims masked_name,external_id` does.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type StartAnswer, startSignIn } from '@qrgate/sdk'
import { paths } from '@qrgate/sdk/protocol'

const gate = process.env.GATE ?? 'http://127.0.0.1:8080'
const { KIOSK_CREDENTIAL, CLIENT_CREDENTIAL: credential = '' } = process.env
const port = Number(process.env.PORT ?? 3000)
const element = new URL(import.meta.resolve('@qrgate/sdk/kiosk-element'))
const page = new URL('page.html', import.meta.url)

let lastNumber = 0

/** The credentials stay here; the page gets no more than this one sign-in. */
async function start(): Promise<StartAnswer> {
  const answer = await fetch(gate + paths.signIns, {
    method: 'POST',
    headers: { authorization: `Bearer ${KIOSK_CREDENTIAL}` },
  })
  if (!answer.ok) throw new Error(`the gate said ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as StartAnswer
}

/** The page claims too, for the name on the screen; only the client itself is told who it is. */
async function receive(started: StartAnswer): Promise<void> {
  const signIn = await startSignIn({ server: gate, resume: started })
  for await (const { state } of signIn) {
    if (state !== 'approved' && state !== 'claimed') continue
    const { account, claims } = await signIn.claim({ credential })
    lastNumber += 1
    console.log(`A-${lastNumber}: ${account.name}`, JSON.stringify(claims ?? {}))
    return
  }
}

const server = createServer(async (request, response) => {
  try {
    if (request.method === 'POST' && request.url === '/start') {
      const started = await start()
      receive(started).catch(error => console.error(error))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(started))
    } else {
      const wantsElement = request.url === '/kiosk-element.js'
      response.setHeader('content-type', wantsElement ? 'text/javascript' : 'text/html')
      const file = await readFile(wantsElement ? element : page, 'utf8')
      response.end(wantsElement ? file : file.replace('{gate}', gate))
    }
  } catch (error) {
    console.error(error)
    response.writeHead(502).end()
  }
})
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
