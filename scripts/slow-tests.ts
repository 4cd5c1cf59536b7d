/**
 * Tests that `npm test` leaves to `npm run test:whole`: proofs that take long, each beside one that stays. In
 * whole they take two thirds of the time, and `npm test` is to end within six minutes on two free cores.
 */
export const slowTests: readonly string[] = [
  // Stays: a costly hash among cheap ones (guessed-account), a crowd at one address (shared-address).
  ...within('attack', ['costly-hashes', 'crowded-sign-ins', 'slow-words']),
  // Stays: the story from QR to desk, every page and way of a phone, enrolment, codes, services, axe.
  ...within('e2e', [
    ...['board', 'demo', 'desk', 'desk-around', 'element-themes', 'element-trouble'],
    ...['enlarged-visit', 'idle-kiosk', 'kiosk-element', 'kiosk-layouts', 'kiosk-restart'],
    ...['more-time', 'odd-phones', 'phone-ticket', 'printing', 'visit'],
  ]),
  // Stays: a killed gate, a killed node, lost answers, a cut-off body, two builds, a revocation.
  ...within('fault', [
    ...['chaos', 'clock', 'clock-steps', 'database-away', 'event-log', 'hand-offs-killed'],
    ...['honest-health', 'lease', 'log-reader', 'postgres', 'postgres-network', 'receiver-away'],
    ...['reception-killed', 'reception-unanswered', 'redis', 'redis-network', 'redis-refusals'],
    ...['rolling-restart', 'stopped', 'unread-answers'],
  ]),
  // Stays: each route, each noun's commands once, sign-up, my account, hand-offs, webhooks.
  ...within('integration', [
    ...['always-on', 'backup', 'by-hand', 'client-command', 'client-services-command', 'commands'],
    ...['delivery-command', 'demo', 'demo-start', 'doctor', 'environment', 'hand-off-ends'],
    ...['log-command', 'log-docs', 'log-keep', 'log-looks', 'log-verify-whole', 'long-poll'],
    ...['many-kiosks', 'notifications-two-nodes', 'older-node', 'packages', 'reception-trouble'],
    ...['refused-tries', 'signing-keys', 'start-failures', 'start-together', 'upgrade'],
    ...['upgraded-gate', 'webhook-receivers', 'wrong-settings'],
  ]),
  ...within('security', ['file-modes', 'reception-program']),
]

function within(folder: string, names: readonly string[]): string[] {
  return names.map(name => `test/${folder}/${name}.test.ts`)
}
