import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { Config } from '../config.ts'
import { publicDir } from './phone/assets.ts'
import type { HttpServer } from './server/server.ts'

/** The built pages of kiosk and demo, and their assets. */
export async function addPages(
  server: HttpServer,
  { mode, publicUrl }: Pick<Config, 'mode' | 'publicUrl'>,
): Promise<void> {
  await server.register(fastifyStatic, {
    root: fileURLToPath(new URL('assets/', publicDir)),
    prefix: '/assets/',
    index: false,
    // Their names carry a hash of what is in them.
    maxAge: '1y',
    immutable: true,
  })

  const page = (url: string, file: string) =>
    server.get(url, { schema: { hide: true } }, (request, reply) => {
      // Cookies and QR codes belong to one origin, so a page works under no other.
      if (mode === 'demo' && request.host !== new URL(publicUrl).host) {
        // The request line may name a whole URL, of any host (RFC 9112 §3.2.2).
        const { pathname, search } = new URL(request.url, publicUrl)
        return reply.redirect(publicUrl + pathname + search, 307)
      }
      reply.header('cache-control', 'no-cache')
      return reply.sendFile(file, fileURLToPath(publicDir), { cacheControl: false })
    })

  page('/kiosk', 'kiosk.html')
  if (mode === 'demo') page('/demo', 'demo.html')
  const start = mode === 'demo' ? '/demo' : '/kiosk'
  server.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(start, 307))
}
