/**
 * Tests that `npm test` leaves to `npm run test:whole`: proofs that take long, each beside one that stays. In
 * whole they take two thirds of the time, and `npm test` is to end within six minutes on two free cores.
 */
export const slowTests: readonly string[] = [
  // Stays: whoever guesses at an account that has other ways, and who holds sockets.
  ...within('attack', [
    ...['costly-hashes', 'crowded-sign-ins', 'forgotten-counts', 'guessed-account'],
    ...['shared-address', 'slow-words'],
  ]),
  // Stays: the story from QR to desk, every page and way of a phone, enrolment, axe.
  ...within('e2e', [
    ...['board', 'demo', 'desk', 'desk-around', 'element-themes', 'element-trouble'],
    ...['enlarged-visit', 'idle-kiosk', 'kiosk-by-itself', 'kiosk-element', 'kiosk-layouts'],
    ...['kiosk-restart', 'more-time', 'odd-phones', 'old-browser', 'phone-ticket', 'printing'],
    ...['services', 'two-nodes', 'user-code', 'visit'],
  ]),
  // Stays: a killed gate, a killed node, lost answers, a cut-off body.
  ...within('fault', [
    ...['chaos', 'clock', 'clock-steps', 'database-away', 'event-log', 'hand-offs-killed'],
    ...['honest-health', 'lease', 'log-reader', 'postgres', 'postgres-network', 'receiver-away'],
    ...['reception-killed', 'reception-unanswered', 'redis', 'redis-network', 'redis-refusals'],
    ...['revocation', 'rolling-restart', 'stopped', 'two-builds', 'unread-answers'],
  ]),
  // Stays: routes, sign-up, my account, hand-offs, webhooks, imports, enrolment.
  ...within('integration', [
    ...['account-command', 'account-removal', 'always-on', 'backup', 'by-hand'],
    ...['client-command', 'client-services-command', 'commands', 'delivery-command', 'demo'],
    ...['demo-start', 'doctor', 'environment', 'hand-off-ends', 'loaded-modules'],
    ...['log-command', 'log-docs', 'log-keep', 'log-looks', 'log-verify-whole', 'long-poll'],
    ...['many-kiosks', 'notifications-two-nodes', 'older-node', 'packages'],
    ...['reception-trouble', 'refused-tries', 'sign-up-commands', 'signing-keys'],
    ...['start-failures', 'start-together', 'upgrade', 'upgraded-gate', 'webhook-receivers'],
    ...['wrong-settings'],
  ]),
  // Stays: each attack by its id.
  ...within('security', ['file-modes', 'log-names', 'reception-program']),
  ...within('simulation', ['fairness']),
]

function within(folder: string, names: readonly string[]): string[] {
  return names.map(name => `test/${folder}/${name}.test.ts`)
}
