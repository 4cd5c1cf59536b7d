import type { FastifyReply, FastifyRequest } from 'fastify'
import { type OwnCookie, ownCookie } from '../server/cookies.ts'

/** Whom a visitor has said to be, so that no page asks for it twice. Never the password. */
export interface Typed {
  accountId?: string | undefined
  name?: string | undefined
  invitation?: string | undefined
}

/** The code that has led to a sign-in, to be compared with the screen on each of its pages. */
export interface TypedCode {
  signIn?: string | undefined
  userCode?: string | undefined
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

  /** @param signIn whose code is meant. */
  read(request: FastifyRequest, signIn: string): Typed & Pick<TypedCode, 'userCode'> {
    const fields = this.#fields(request)
    const field = (name: string) => fields.get(name)?.slice(0, longest) || undefined
    const userCode = fields.get('sign_in') === signIn ? field('code') : undefined
    const [accountId, name] = [field('account'), field('name')]
    return { accountId, name, invitation: field('invitation'), userCode }
  }

  /** What is left out changes nothing; what is empty was taken away. */
  keep(request: FastifyRequest, reply: FastifyReply, typed: Typed & TypedCode): void {
    const { accountId: account, name, invitation, userCode: code, signIn: sign_in } = typed
    const given = Object.entries({ account, name, invitation, code, sign_in })
    const fields = this.#fields(request)
    for (const [key, value] of given) if (value !== undefined) fields.set(key, value)
    const kept = [...fields].filter(([, value]) => value !== '')
    if (given.every(([, value]) => value === undefined)) return
    if (kept.length === 0) this.forget(reply)
    else this.#cookie.write(reply, `${new URLSearchParams(kept)}`)
  }

  #fields(request: FastifyRequest): URLSearchParams {
    return new URLSearchParams(this.#cookie.read(request) ?? '')
  }

  forget(reply: FastifyReply): void {
    this.#cookie.clear(reply)
  }
}
