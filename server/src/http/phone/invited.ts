import type { FastifyReply, FastifyRequest } from 'fastify'
import { invitationCookie } from '../server/cookies.ts'

/** The invitation that a link has left in a request's browser. */
export interface Invited {
  readonly code: string | undefined
  keep(code: string): void
  /** It has been used, or is good no more. */
  forget(): void
}

export type InvitedOf = (request: FastifyRequest, reply: FastifyReply) => Invited

export function readsInvitation(publicUrl: string): InvitedOf {
  const cookie = invitationCookie(publicUrl)
  return (request, reply) => ({
    code: cookie.read(request),
    keep: code => cookie.write(reply, code),
    forget() {
      if (cookie.read(request) !== undefined) cookie.clear(reply)
    },
  })
}
