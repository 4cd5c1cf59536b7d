import swagger from '@fastify/swagger'
import type { HttpServer } from './server.ts'

/** Describes every route that is added after it (OpenAPI 3.1). */
export async function addOpenApi(server: HttpServer, publicUrl: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'QRGate',
        description: 'A kiosk shows a QR code, a phone signs in, the kiosk knows.',
        version: '1',
      },
      servers: [{ url: publicUrl }],
      tags: [
        { name: 'kiosk', description: 'Screens, and the backends that start for them' },
        { name: 'client', description: 'The systems that serve whoever has signed in' },
        { name: 'phone', description: 'The pages that a QR leads to' },
        { name: 'seed', description: 'The API of the system that QRGate re-creates' },
        { name: 'machines', description: 'For supervisors and load balancers' },
      ],
      components: {
        securitySchemes: {
          kiosk_secret: {
            type: 'http',
            scheme: 'bearer',
            description:
              'What the start of this very sign-in answered: "I am the screen that started it".',
          },
          client_credential: {
            type: 'http',
            scheme: 'bearer',
            description:
              'What `qrgate client add` printed. It belongs to a backend, never to a page.',
          },
        },
      },
    },
  })
  server.get('/api/openapi.json', { schema: { hide: true } }, async () => server.swagger())
}
