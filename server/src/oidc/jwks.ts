import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { SigningKeys } from '../signing/signing-keys.ts'

/** Every member by name: what is not listed is not answered, whatever a key may hold. */
const jwks = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.Literal('EC'),
        crv: Type.Literal('P-256'),
        x: Type.String(),
        y: Type.String(),
        kid: Type.String(),
        alg: Type.Literal('ES256'),
        use: Type.Literal('sig'),
      }),
    ),
  },
  { title: 'JwkSet' },
)

/** How long readers may keep the keys, in seconds; `qrgate keys rotate` waits for longer than that. */
const maxAge = 300

/** The public keys that ID tokens are verified with (RFC 7517 §5), for whoever asks. */
export function addJwks(scope: FastifyInstance, keys: Pick<SigningKeys, 'published'>): void {
  scope.get(
    '/oidc/jwks',
    {
      schema: {
        tags: ['machines'],
        operationId: 'getSigningKeys',
        security: [],
        produces: ['application/jwk-set+json'],
        refusals: ['storage_busy'],
        summary: 'The public keys that verify ID tokens (JWK Set)',
        response: { 200: jwks },
      },
    },
    async (_request, reply) => {
      const published = await keys.published()
      reply.header('cache-control', `public, max-age=${maxAge}`)
      reply.header('access-control-allow-origin', '*')
      reply.header('cross-origin-resource-policy', 'cross-origin')
      reply.type('application/jwk-set+json')
      return { keys: published }
    },
  )
}
