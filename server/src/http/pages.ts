import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { publicDir } from './public-dir.ts'
import { wantsPage } from './server/page-address.ts'
import type { HttpServer } from './server/server.ts'

/** The built pages of kiosk and demo, and their assets; `vite build web` has compressed them. */
export async function addPages(
  server: HttpServer,
  { mode, publicUrl }: Pick<Config, 'mode' | 'publicUrl'>,
): Promise<void> {
  await server.register(fastifyStatic, {
    root: fileURLToPath(new URL('assets/', publicDir)),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    // Their names carry a hash of what is in them.
    maxAge: '1y',
    immutable: true,
  })

  const page = async (url: string, file: string) => {
    const etag = await tagOf(file)
    server.get(url, { schema: { hide: true } }, (request, reply) => {
      const elsewhere = elsewhereOf(request, url)
      if (elsewhere !== undefined) return reply.redirect(elsewhere, 307)
      reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.sendFile(file, fileURLToPath(publicDir), ownValidator)
    })
  }

  /**
   * Where a page is to be looked at, if not here: cookies and QR codes belong to one origin, so a page
   * works under no other. Never a second time: a proxy may name another host than browsers do.
   */
  const elsewhereOf = (request: FastifyRequest, path: string): string | undefined => {
    const { host, url } = request
    if (host === new URL(publicUrl).host) return undefined
    if (mode === 'serve' && !isBlank(request)) return undefined
    // The request line may name a whole URL, of any host (RFC 9112 §3.2.2).
    const { searchParams } = new URL(url, publicUrl)
    if (searchParams.has(moved)) return undefined
    searchParams.set(moved, '')
    return `${publicUrl}${path}?${searchParams}`
  }

  /**
   * Whether a browser has come by plain http to the port that is a proxy's: there the page would stay
   * blank, as its policy moves all that it loads to https. Programs are left alone.
   */
  const isBlank = (request: FastifyRequest): boolean =>
    publicUrl.startsWith('https:') && request.protocol === 'http' && wantsPage(request)

  await page('/kiosk', 'kiosk.html')
  if (mode === 'demo') await page('/demo', 'demo.html')
  const start = mode === 'demo' ? '/demo' : '/kiosk'
  server.get('/', { schema: { hide: true } }, (request, reply) =>
    reply.redirect(elsewhereOf(request, start) ?? start, 307),
  )
}

/** Says that a page's address is the one that the gate has sent the browser to. */
const moved = 'moved'

const ownValidator = { cacheControl: false, etag: false, lastModified: false }

/**
 * A validator for every encoding of a page, therefore a weak one (RFC 9110 §8.8.1). Size and time of
 * the file would say less: npm gives all files of all versions one time, and only hashes of the same
 * length change in them.
 */
async function tagOf(file: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(new URL(file, publicDir)))
  return `W/"${hash.digest('base64url').slice(0, 22)}"`
}
