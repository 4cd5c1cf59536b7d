import { setTimeout } from 'node:timers/promises'

/** The gate's public address; the issuer of its ID tokens begins with it. */
export const gate = process.env.GATE ?? 'http://127.0.0.1:8080'

/**
 * Asks the gate, and again for 20 s while it restarts or is busy. Keeps no connection: firewalls forget them.
 * @param token a credential, or a sign-in's kiosk secret. @throws an error with a refusal's `status`.
 */
export async function ask<T>(method: string, path: string, token: string, body?: object) {
  const headers = new Headers({ authorization: `Bearer ${token}`, connection: 'close' })
  if (body) headers.set('content-type', 'application/json')
  for (let tries = 1; ; tries += 1) {
    const signal = AbortSignal.timeout(15_000)
    const request = { method, headers, signal, body: body ? JSON.stringify(body) : null }
    const answer = await fetch(gate + path, request).catch(() => undefined)
    if (answer?.ok) return (await answer.json()) as T
    const status = answer?.status ?? 503
    const refused = new Error(`the gate said ${status} to ${method} ${path}`)
    if (tries === 20 || (status < 500 && status !== 429)) throw Object.assign(refused, { status })
    await setTimeout(1_000)
  }
}
