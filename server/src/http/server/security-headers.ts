import { createHash } from 'node:crypto'
import { Socket } from 'node:net'
import helmet from 'helmet'
import type { Config } from '../../config.ts'
import { IncomingMessage, ServerResponse } from '../../node-http.ts'
import type { HttpServer } from './server.ts'

/** Nothing here needs a sensor, a camera or a payment; the visitor's phone has its own camera app. */
const denied = ['camera', 'geolocation', 'microphone', 'payment', 'usb', 'serial']

/** Styles and script that pages carry inside themselves; the policy names them by their hashes. */
export interface Inlined {
  styles: readonly string[]
  scripts: readonly string[]
}

/** Lit makes its templates into HTML under this name; nothing else of ours makes text into code. */
const trustedTypePolicy = 'lit-html'

/**
 * The same headers on every answer (ASVS 3.4), but for JSON, which has its own. What would upgrade to https
 * follows the scheme of `PUBLIC_URL`: on plain http in a LAN it would break every form and script.
 */
export function addSecurityHeaders(
  server: HttpServer,
  config: Pick<Config, 'mode' | 'publicUrl'>,
  inlined: Inlined,
): void {
  const headers = securityHeaders(config, inlined)
  const jsonHeaders = headersOfJson(headers, config)
  server.addHook('onSend', (_request, reply, payload, done) => {
    const isJson = `${reply.getHeader('content-type')}`.startsWith('application/json')
    reply.headers(isJson ? jsonHeaders : headers)
    done(null, payload)
  })
}

/**
 * JSON loads nothing, runs nothing and links to nothing, so six headers say it all. All of a page's would be a
 * third of what a start costs.
 */
function headersOfJson(
  ofPages: Record<string, string>,
  { mode }: Pick<Config, 'mode'>,
): Record<string, string> {
  const kept = [
    'cross-origin-resource-policy',
    'referrer-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-frame-options',
  ]
  return {
    'content-security-policy': `default-src 'none'; frame-ancestors ${ancestorsIn(mode)}`,
    ...Object.fromEntries(Object.entries(ofPages).filter(([name]) => kept.includes(name))),
  }
}

/** What helmet says, asked once: the answer is the same for every request. */
function securityHeaders(
  { mode, publicUrl }: Pick<Config, 'mode' | 'publicUrl'>,
  inlined: Inlined,
): Record<string, string> {
  const https = publicUrl.startsWith('https:')
  const ancestors = ancestorsIn(mode)
  const decide = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'connect-src': ["'self'", publicUrl.replace(/^http/, 'ws')],
        'font-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': [ancestors],
        'frame-src': [ancestors],
        'img-src': ["'self'", 'data:'],
        'script-src': ["'self'", ...inlined.scripts.map(sourceHash)],
        'style-src': ["'self'", ...inlined.styles.map(sourceHash)],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': [trustedTypePolicy],
        ...(https && { 'upgrade-insecure-requests': [] }),
      },
    },
    crossOriginEmbedderPolicy: false,
    // Browsers ignore both on plain http, and complain.
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
    frameguard: { action: mode === 'demo' ? 'sameorigin' : 'deny' },
    hsts: https && { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'same-origin' },
  })

  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  decide(request, response, error => {
    if (error) throw error
  })
  response.setHeader('permissions-policy', denied.map(feature => `${feature}=()`).join(', '))
  const entries = Object.entries(response.getHeaders())
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

/** The demo page shows kiosk and phone side by side in frames of the same origin. */
function ancestorsIn(mode: Config['mode']): string {
  return mode === 'demo' ? "'self'" : "'none'"
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
