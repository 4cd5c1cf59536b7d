import { createHash } from 'node:crypto'
import helmet from '@fastify/helmet'
import type { Config } from '../config.ts'
import type { PhoneAssets } from './phone-assets.ts'
import type { HttpServer } from './server.ts'

/** Nothing here needs a sensor, a camera or a payment; the visitor's phone has its own camera app. */
const denied = ['camera', 'geolocation', 'microphone', 'payment', 'usb', 'serial']

/**
 * The same headers on every answer (ASVS 3.4). What would upgrade to https follows the scheme of
 * `PUBLIC_URL`: on plain http in a LAN it would break every form and script.
 */
export async function addSecurityHeaders(
  server: HttpServer,
  config: Pick<Config, 'mode' | 'publicUrl'>,
  phone: PhoneAssets,
): Promise<void> {
  const https = config.publicUrl.startsWith('https:')
  // The demo page shows kiosk and phone side by side in frames of the same origin.
  const ancestors = config.mode === 'demo' ? "'self'" : "'none'"

  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'connect-src': ["'self'", config.publicUrl.replace(/^http/, 'ws')],
        'font-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': [ancestors],
        'frame-src': [ancestors],
        'img-src': ["'self'", 'data:'],
        'script-src': ["'self'", sourceHash(phone.script)],
        'style-src': ["'self'", sourceHash(phone.css)],
        ...(https && { 'upgrade-insecure-requests': [] }),
      },
    },
    crossOriginEmbedderPolicy: false,
    // Browsers ignore both on plain http, and complain.
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
    frameguard: { action: config.mode === 'demo' ? 'sameorigin' : 'deny' },
    hsts: https && { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'same-origin' },
  })

  const policy = denied.map(feature => `${feature}=()`).join(', ')
  server.addHook('onSend', async (_request, reply) => {
    reply.header('permissions-policy', policy)
  })
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
