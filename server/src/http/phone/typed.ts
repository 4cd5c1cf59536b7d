import type { FastifyReply, FastifyRequest } from 'fastify'
import { type OwnCookie, ownCookie } from '../server/cookies.ts'

/** Whom a visitor has said to be, so that no page asks for it twice. Never the password. */
export interface Typed {
  accountId?: string | undefined
  name?: string | undefined
}

/** In seconds: long enough to scan the screen once more. */
const life = 300
/** As forms take it. */
const longest = 256

/**
 * What was typed, kept in this browser alone until somebody has signed in: it comes through a change of
 * the language or the form, and through a sign-in that has run out.
 */
export class TypedCookie {
  readonly #cookie: OwnCookie

  constructor(publicUrl: string) {
    this.#cookie = ownCookie('qrgate-typed', publicUrl, { maxAge: life, sameSite: 'lax' })
  }

  read(request: FastifyRequest): Typed {
    const fields = new URLSearchParams(this.#cookie.read(request) ?? '')
    const field = (name: string) => fields.get(name)?.slice(0, longest) || undefined
    return { accountId: field('account'), name: field('name') }
  }

  /** What is left out changes nothing; what is empty was taken away. */
  keep(reply: FastifyReply, { accountId, name }: Typed): void {
    if (accountId === undefined && name === undefined) return
    const fields = { account: accountId ?? '', name: name ?? '' }
    if (fields.account + fields.name === '') this.forget(reply)
    else this.#cookie.write(reply, `${new URLSearchParams(fields)}`)
  }

  forget(reply: FastifyReply): void {
    this.#cookie.clear(reply)
  }
}
