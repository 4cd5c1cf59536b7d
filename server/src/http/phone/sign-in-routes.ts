import type { PhoneKind } from '@qrgate/sdk/protocol'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Language, Refusal } from '../../errors.ts'
import { createPhoneKey, isPhoneKey } from '../../protocol/phone-key.ts'
import { readUserCode } from '../../protocol/user-code.ts'
import type { Flow, Phone } from '../../signin/flow.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import { refused, signInPath } from '../kiosk/schemas.ts'
import { ownCookie } from '../server/cookies.ts'
import { languageCookie, requestLanguage } from '../server/language.ts'
import { refusalBody } from '../server/refusal-reply.ts'
import { requireSameOrigin } from '../server/same-origin.ts'
import { beginRefusal, type HttpServer, refusalOf } from '../server/server.ts'
import type { PhoneAssets } from './assets.ts'
import { type PhoneView, type Place, renderPage } from './page.ts'
import { codeProblem, phoneState, viewOfRefusal, viewOfSignIn } from './view-of.ts'

export interface PhoneParts {
  config: Pick<Config, 'publicUrl' | 'site' | 'registration'>
  flow: Flow
  assets: PhoneAssets
  randomBytes(size: number): Uint8Array
}

const tags = ['phone']
const phoneKeyLife = 24 * 3600
const receipt = Type.Optional(Type.String({ maxLength: 128 }))
const account = Type.String({ maxLength: 256 })
const password = Type.String({ maxLength: 4096 })
const state = Type.Object({ state: Type.String(), reason: Type.Optional(Type.String()) })

/**
 * The phone's pages and what their forms and script send. Each POST takes a form or JSON, and
 * answers a page by way of 303, or the state as JSON to whoever accepts only that.
 */
export function addPhoneRoutes(server: HttpServer, parts: PhoneParts): void {
  const { config, flow } = parts
  const { publicUrl } = config
  const keyCookie = ownCookie('qrgate-phone', publicUrl, { maxAge: phoneKeyLife, sameSite: 'lax' })

  const readKey = (request: FastifyRequest): string => {
    const key = keyCookie.read(request)
    return key !== undefined && isPhoneKey(key) ? key : ''
  }
  /** This browser's phone key; on its first visit it gets one. */
  const keyFor = (request: FastifyRequest, reply: FastifyReply): string => {
    const known = readKey(request)
    if (known !== '') return known
    const key = createPhoneKey(parts.randomBytes(32))
    keyCookie.write(reply, key)
    return key
  }
  /** The language of a page; `?lang=` chooses it and is remembered. */
  const pageLanguage = (request: FastifyRequest, reply: FastifyReply): Language => {
    const { lang } = request.query as { lang?: unknown }
    if (lang !== 'ko' && lang !== 'en') return requestLanguage(request)
    reply.header('set-cookie', languageCookie(lang, publicUrl))
    return lang
  }
  const placeOf = (kiosk: Kiosk, lang: Language): Place => {
    return { site: config.site[lang], kiosk: kiosk.name[lang] }
  }
  const show = (request: FastifyRequest, reply: FastifyReply, view: PhoneView) => {
    const lang = pageLanguage(request, reply)
    reply.type('text/html; charset=utf-8').header('vary', 'Accept, Accept-Language, Cookie')
    return reply.send(renderPage(view, { lang, ...parts.assets }))
  }

  /** The sign-in page; where this phone has the sign-in already, its page as it stands. */
  const showOpened = (
    request: FastifyRequest,
    reply: FastifyReply,
    { id, kiosk, receipt }: Awaited<ReturnType<Flow['open']>>,
    userCode?: string,
  ) => {
    if (receipt === null) return reply.redirect(`/s/${id}`, 303)
    const place = placeOf(kiosk, pageLanguage(request, reply))
    const { registration } = config
    return show(request, reply, { kind: 'sign-in', id, receipt, registration, place, userCode })
  }

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()

    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const refusal = beginRefusal(error, request, reply)
      if (!wantsJson(request)) return show(request, reply, viewOfRefusal(refusal, request.params))
      return reply.send(refusalBody(refusal, requestLanguage(request)))
    })
    scope.addHook('preValidation', async request => {
      if (request.method === 'POST') requireSameOrigin(request, publicUrl)
    })

    // ── scan ───────────────────────────────────────────────────────────────────────────────────

    // QR codes hold capitals to stay small; nothing else here is case-insensitive.
    for (const url of ['/q/:ticket', '/Q/:ticket']) {
      scope.get(
        url,
        {
          schema: {
            tags,
            summary: 'What a QR leads to: the sign-in page',
            hide: url === '/Q/:ticket',
            params: Type.Object({ ticket: Type.String({ maxLength: 1024 }) }),
          },
        },
        async (request, reply) => {
          const opened = await flow.open(request.params.ticket, keyFor(request, reply))
          return showOpened(request, reply, opened)
        },
      )
    }

    scope.get(
      '/code',
      { schema: { tags, summary: 'Where a person types the code that the kiosk shows' } },
      async (request, reply) => {
        keyFor(request, reply)
        const site = config.site[pageLanguage(request, reply)]
        return show(request, reply, { kind: 'code', place: { site, kiosk: null } })
      },
    )

    scope.post(
      '/code',
      {
        schema: {
          tags,
          summary: 'A user code leads to the same sign-in page as its QR',
          body: Type.Object({ user_code: Type.String({ maxLength: 64 }) }),
        },
      },
      async (request, reply) => {
        const { user_code: typed } = request.body
        try {
          const typist = { phoneKey: readKey(request) || undefined, address: request.ip }
          const opened = await flow.openByUserCode(typed, keyFor(request, reply), typist)
          return showOpened(request, reply, opened, readUserCode(typed))
        } catch (error) {
          const refusal = refusalOf(error)
          const problem = codeProblem(refusal)
          if (problem === undefined || wantsJson(request)) throw refusal
          beginRefusal(refusal, request, reply)
          const site = config.site[pageLanguage(request, reply)]
          return show(request, reply, {
            kind: 'code',
            typed,
            problem,
            place: { site, kiosk: null },
          })
        }
      },
    )

    scope.get(
      '/s/:id',
      { schema: { tags, summary: 'Where the sign-in of this phone stands', params: signInPath } },
      async (request, reply) => {
        const { signIn, kiosk } = await flow.viewOfPhone(request.params.id, readKey(request))
        if (wantsJson(request)) return phoneState(signIn)
        const { form } = request.query as { form?: unknown }
        const place = placeOf(kiosk, pageLanguage(request, reply))
        return show(request, reply, { place, ...viewOfSignIn(signIn, config.registration, form) })
      },
    )

    const phoneOf = (request: FastifyRequest): Phone => {
      return { key: readKey(request), kind: phoneKind(request.headers['user-agent'] ?? '') }
    }
    /** Without script the form is the first to hand in the receipt: the scan comes before all else. */
    const scanFirst = async (request: FastifyRequest, id: string, text: string | undefined) => {
      if (text) await flow.scan(id, text, phoneOf(request))
    }
    /** The truth after a step: as JSON, or by sending the browser to the page that shows it. */
    const settle = async (request: FastifyRequest, reply: FastifyReply, id: string, query = '') => {
      if (!wantsJson(request)) return reply.redirect(`/s/${id}${query}`, 303)
      const { signIn } = await flow.viewOfPhone(id, readKey(request))
      return reply.send(phoneState(signIn))
    }
    const response = { 200: state, 303: Type.Null(), '4xx': refused, 503: refused }

    scope.post(
      '/s/:id/scan',
      {
        schema: {
          tags,
          summary: 'Scan: the first phone has the sign-in',
          params: signInPath,
          body: Type.Object({ receipt: Type.String({ maxLength: 128 }), next: receipt }),
          response,
        },
      },
      async (request, reply) => {
        const { id } = request.params
        await scanFirst(request, id, request.body.receipt)
        return settle(request, reply, id, request.body.next === 'sign-up' ? '?form=sign-up' : '')
      },
    )

    // ── sign in, approve, deny ─────────────────────────────────────────────────────────────────

    /** A refusal that the visitor can mend shows the same form again, with what they typed. */
    const retype = async (
      request: FastifyRequest,
      reply: FastifyReply,
      refusal: Refusal,
      form: { kind: 'sign-in' | 'sign-up'; id: string; accountId: string; name?: string },
    ) => {
      if (wantsJson(request) || ![401, 409, 422, 429, 503].includes(refusal.status)) throw refusal
      if (refusal.code === 'already_ended' || refusal.code === 'in_use') throw refusal
      const { kiosk } = await flow.viewOfPhone(form.id, readKey(request))
      const place = placeOf(kiosk, pageLanguage(request, reply))
      const { registration } = config
      beginRefusal(refusal, request, reply)
      return show(request, reply, { ...form, place, registration, error: refusal.code })
    }

    scope.post(
      '/s/:id/sign-in',
      {
        schema: {
          tags,
          summary: 'Sign in with id and password, which approves',
          params: signInPath,
          body: Type.Object({ account, password, receipt }),
          response,
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { account: accountId, password } = request.body
        await scanFirst(request, id, request.body.receipt)
        try {
          const { ip: address } = request
          await flow.signIn(id, readKey(request), { id: accountId, password, address })
        } catch (error) {
          return retype(request, reply, refusalOf(error), { kind: 'sign-in', id, accountId })
        }
        return settle(request, reply, id)
      },
    )

    scope.post(
      '/s/:id/sign-up',
      {
        schema: {
          tags,
          summary: 'Add an account and sign in with it, which approves',
          params: signInPath,
          body: Type.Object({ account, name: account, password, receipt }),
          response,
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { account: accountId, name, password } = request.body
        await scanFirst(request, id, request.body.receipt)
        try {
          const { ip: address } = request
          await flow.signUp(id, readKey(request), { id: accountId, name, password, address })
        } catch (error) {
          return retype(request, reply, refusalOf(error), { kind: 'sign-up', id, accountId, name })
        }
        return settle(request, reply, id)
      },
    )

    scope.post(
      '/s/:id/deny',
      {
        schema: {
          tags,
          summary: 'Refuse: this is not me, or not here',
          params: signInPath,
          body: Type.Object({ receipt }),
          response,
        },
      },
      async (request, reply) => {
        const { id } = request.params
        await scanFirst(request, id, request.body.receipt)
        await flow.deny(id, readKey(request))
        return settle(request, reply, id)
      },
    )
  })
}

function wantsJson(request: FastifyRequest): boolean {
  return request.headers.accept?.startsWith('application/json') === true
}

function phoneKind(userAgent: string): PhoneKind {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'iphone'
  return /Android/.test(userAgent) ? 'android' : 'other'
}
