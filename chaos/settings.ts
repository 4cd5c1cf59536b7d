import type { Windows } from './violation.ts'

export const publicUrl = 'https://gate.test'
export const secretKey = 'a secret key that only these tests use and nobody else'

/** Nobody is refused because of what faults have done to counts. */
export function settingsOf(windows: Windows, webhookHost: string): Record<string, string> {
  const seconds = (ms: number) => `${ms / 1000}`
  return {
    SECRET_KEY: secretKey,
    PUBLIC_URL: publicUrl,
    QRGATE_LOG_LEVEL: 'warn',
    QRGATE_WEBHOOK_HOSTS: webhookHost,
    QRGATE_TRIES_PER_SIGN_IN: '1000',
    QRGATE_FAILURES_PER_ACCOUNT: '1000',
    QRGATE_FAILURES_PER_ACCOUNT_DAY: '100000',
    QRGATE_FAILURES_PER_NETWORK: '1000000',
    QRGATE_PENDING_SECONDS: seconds(windows.pending),
    QRGATE_SCANNED_SECONDS: seconds(windows.scanned),
    QRGATE_APPROVED_SECONDS: seconds(windows.approved),
    QRGATE_CLAIM_AGAIN_SECONDS: seconds(windows.claimAgain),
    QRGATE_VISIT_SECONDS: seconds(windows.visit),
  }
}
