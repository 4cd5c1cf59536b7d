import type { Clock } from '../clock.ts'
import { answerHeader, answerProof, questionHeader } from '../protocol/gate-proof.ts'
import type { Keyring } from '../protocol/keyring.ts'
import type { HttpServer } from './server/server.ts'

/**
 * `GET /healthz` proves to `qrgate doctor` that this is its gate, and says what the proxy has made of its
 * request; to everybody else it stays what it is.
 */
export function addGateProof(
  server: HttpServer,
  { keyring, publicUrl, clock }: { keyring: Keyring; publicUrl: string; clock: Clock },
): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { headers } = request
    const asked = headers[questionHeader]
    // The header first: what else is looked at Fastify makes anew for whoever asks.
    if (typeof asked === 'string' && request.routeOptions.url === '/healthz') {
      const { ip, raw } = request
      const peer = raw.socket.remoteAddress ?? ''
      // Node joins what came in several.
      const forwarded = headers['x-forwarded-for']
      const seen = {
        ...{ address: ip, peer, publicUrl, at: clock() },
        forwarded: forwarded === undefined ? null : `${forwarded}`,
      }
      const answer = answerProof(keyring, asked, seen)
      if (answer !== undefined) reply.header(answerHeader, answer)
    }
    done()
  })
}
