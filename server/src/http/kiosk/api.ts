import { type KioskView, paths, type SignInView } from '@qrgate/sdk/protocol'
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { Refusal } from '../../errors.ts'
import type { Staff } from '../../handoff/staff.ts'
import { type Kiosks, openKiosk } from '../../kiosks/kiosks.ts'
import type { Limit } from '../../limits/limit.ts'
import { networkOf } from '../../limits/network.ts'
import { shownPolicy } from '../../protocol/policy.ts'
import { signInView } from '../../protocol/sign-in-view.ts'
import type { Flow } from '../../signin/flow.ts'
import type { ClaimingScreen, Screen } from '../../signin/screen.ts'
import type { Services } from '../../signin/services.ts'
import type { UserCodes } from '../../signin/user-codes.ts'
import type { Visits } from '../../signin/visit.ts'
import { type Seen, seenOf } from '../../signin/watched.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import { bearer } from '../server/bearer.ts'
import { kioskCredentialCookie } from '../server/cookies.ts'
import { goneWith } from '../server/gone.ts'
import { isOfPage, isSameOrigin, requireSameOrigin } from '../server/same-origin.ts'
import type { HttpServer } from '../server/server.ts'
import { asWebSocket } from '../server/upgrades.ts'
import { type Handshake, readHandshake } from './handshake.ts'
import { kioskOperations } from './operations.ts'

export interface KioskApiParts {
  config: Pick<Config, 'mode' | 'publicUrl' | 'site' | 'allowedOrigins'>
  flow: Flow
  visits: Visits
  services: Services
  staff: Staff
  clock: Clock
  userCodes: UserCodes
  kiosks: Kiosks
  /** Screens that enrol themselves in the demo, by network. */
  enrolments: Limit
  /** The view once there is more than was seen, or the current one after so many milliseconds. */
  awaitView(
    id: string,
    screen: Screen,
    seen: Seen,
    ms: number,
    gone: AbortSignal,
  ): Promise<SignInView>
  /** Speaks to a kiosk's page; the page proves itself in its first message. */
  listen(socket: WebSocket, peer: Handshake): void
}

/** v1 for kiosks: enrol (demo), start, watch, cancel, claim. */
export function addKioskApi(server: HttpServer, parts: KioskApiParts): void {
  const { config, flow, visits, services, userCodes, kiosks } = parts
  const { publicUrl } = config
  const demo = config.mode === 'demo'
  const credential = kioskCredentialCookie(publicUrl)
  const operations = kioskOperations(demo)

  const view = async (kiosk: Kiosk): Promise<KioskView> => {
    const { number, name, policy } = kiosk
    const staff_call = await parts.staff.hears(kiosk)
    const { site, mode } = config
    return { number, site, name, mode, policy: shownPolicy(policy), staff_call }
  }

  /** The enrolled kiosk that sent this, by its cookie; a cookie speaks only for our own pages. */
  const enrolled = async (request: FastifyRequest): Promise<Kiosk> => {
    const value = credential.read(request)
    if (value === undefined) throw new Refusal('kiosk_not_enrolled')
    return kiosks.byCredential(value, isOfPage(request))
  }

  /**
   * Who may start: an enrolled screen by its cookie, a backend by its credential, and in demo mode
   * everybody, under the open kiosk's number.
   */
  const starter = async (request: FastifyRequest): Promise<Kiosk> => {
    const value = bearer(request)
    if (value !== undefined) return kiosks.byCredential(value)
    const ownPage = isSameOrigin(request, publicUrl) && credential.read(request) !== undefined
    if (ownPage) return enrolled(request)
    if (demo) return openKiosk
    throw new Refusal('kiosk_not_enrolled')
  }

  /** Who asks is the screen that started the sign-in that the address names. */
  const proven = (request: FastifyRequest): Promise<ClaimingScreen> => {
    const { id } = request.params as { id: string }
    const secret = bearer(request)
    if (secret === undefined) throw new Refusal('kiosk_secret_wrong')
    return flow.proveKiosk(id, secret)
  }

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    // A kiosk says nearly everything in the address and the header; no body is an empty one.
    scope.addHook('preValidation', (request, _reply, done) => {
      if (request.method === 'POST') request.body ??= {}
      done()
    })

    scope.get(paths.kiosk, { schema: operations.getKiosk }, async (request, reply) => {
      const kiosk = await enrolled(request)
      // A screen that is in use stays enrolled: the cookie begins its life anew.
      credential.write(reply, credential.read(request) ?? '')
      return reply.send(await view(kiosk))
    })

    scope.get(
      paths.kiosk,
      {
        websocket: true,
        constraints: asWebSocket,
        preValidation: async request => {
          request.handshake = await readHandshake(request, { ...config, credential, kiosks })
        },
      },
      (socket, request) => {
        if (request.handshake) parts.listen(socket, request.handshake)
      },
    )

    scope.post(paths.kioskEnrol, { schema: operations.enrolKiosk }, async (request, reply) => {
      if (!demo) throw new Refusal('not_found')
      requireSameOrigin(request, publicUrl)
      parts.enrolments.spend(networkOf(request.ip))
      const { kiosk, credential: value } = await kiosks.enrol(demoName, { kind: 'kiosk', id: '' })
      credential.write(reply, value)
      return reply.code(201).send(await view(kiosk))
    })

    scope.post(paths.staffCall, { schema: operations.callStaff }, async (request, reply) => {
      requireSameOrigin(request, publicUrl)
      await parts.staff.call(await enrolled(request))
      return reply.code(204).send(null)
    })

    scope.post(paths.signIns, { schema: operations.startSignIn }, async (request, reply) =>
      reply.code(201).send(flow.start(await starter(request))),
    )

    scope.get(paths.signIn(':id'), { schema: operations.viewSignIn }, async (request, reply) => {
      const { since = -1, hand_off_since, wait = 0, frames = false } = request.query
      const seen = seenOf(since, hand_off_since)
      const screen = await proven(request)
      const view =
        wait > 0
          ? await parts.awaitView(request.params.id, screen, seen, wait * 1000, goneWith(reply))
          : await flow.view(screen)
      // Only what can still be scanned has a QR; all else is told without proving the screen again.
      if (!frames || view.state !== 'pending') return view
      return { ...view, frames: flow.frames(await proven(request)) }
    })

    scope.post(paths.userCode(':id'), { schema: operations.requestUserCode }, async request =>
      userCodes.give(await proven(request), request.ip),
    )

    scope.post(paths.extend(':id'), { schema: operations.extendSignIn }, async request =>
      flow.extend(await proven(request)),
    )

    scope.post(paths.cancel(':id'), { schema: operations.cancelSignIn }, async request => {
      const { reason = 'kiosk' } = request.body
      return flow.cancel(await proven(request), reason, request.ip)
    })

    scope.post(paths.claim(':id'), { schema: operations.claimSignIn }, async request => {
      const { client_credential } = request.body
      return flow.claim(await proven(request), client_credential, request.query.language)
    })

    scope.post(paths.service(':id'), { schema: operations.chooseService }, async request => {
      const { service, language = 'ko' } = request.body
      const { signIn, handOff } = await services.choose(await proven(request), service, language)
      return signInView(signIn, parts.clock(), handOff)
    })

    scope.post(paths.end(':id'), { schema: operations.endVisit }, async request =>
      visits.end(await proven(request), request.body.reason ?? 'kiosk'),
    )

    scope.post(paths.leave(':id'), { schema: operations.leaveSignIn }, async (request, reply) => {
      await visits.leave(await proven(request))
      return reply.code(204).send(null)
    })
  })
}

/** Self-enrolled screens of the demo all stand at the same desk. */
const demoName = { ko: '1층 접수 1번', en: 'Reception 1, 1st floor' }

declare module 'fastify' {
  interface FastifyRequest {
    /** Who opens a kiosk's socket, read before the upgrade. */
    handshake?: Handshake
  }
}
