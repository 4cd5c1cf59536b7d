import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Higher qualities cost more time than a page of 15 KB has to win. */
const quality = 5

/** For pages only: they must fit into the first flight of packets; answers of the API are small. */
export async function addCompression(pages: FastifyInstance): Promise<void> {
  await pages.register(compress, {
    threshold: 2_048,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: quality } },
  })
}
