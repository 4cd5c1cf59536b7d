import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { HttpServer } from './server.ts'

/** Describes every route that is added after it (OpenAPI 3.1), and shows that as a page. */
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
        { name: 'phone', description: 'The pages that a QR leads to' },
        { name: 'seed', description: 'The API of the system that QRGate re-creates' },
        { name: 'machines', description: 'For supervisors and load balancers' },
      ],
      components: { securitySchemes: { kiosk_secret: { type: 'http', scheme: 'bearer' } } },
    },
  })
  await server.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: true,
    // On plain http in a LAN the upgrade would ask a port that speaks no TLS.
    transformStaticCSP: policy =>
      publicUrl.startsWith('https:') ? policy : policy.replace(/upgrade-insecure-requests;?/, ''),
  })
  server.get('/api/openapi.json', { schema: { hide: true } }, async () => server.swagger())
}
