import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** Lets the configured origins call the API; never with cookies, whoever asks. */
export async function addCors(
  scope: FastifyInstance,
  allowedOrigins: readonly string[],
): Promise<void> {
  await scope.register(cors, {
    origin: allowedOrigins.includes('*') ? '*' : [...allowedOrigins],
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['retry-after'],
    maxAge: 600,
    strictPreflight: false,
  })
}
