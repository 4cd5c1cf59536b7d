import type { Defence } from '../defence.ts'

const machine = 'server/src/protocol/sign-in.ts'

/** What may follow what, and by when. */
export const states: readonly Defence[] = [
  {
    id: 'approve-by-its-phone',
    says: 'any phone approves',
    file: machine,
    find: `    case 'approve': {
      if (current.state === 'pending' || !scannedBy(current, step.phoneHash)) {`,
    replace: `    case 'approve': {
      if (current.state === 'pending') {`,
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'deny-by-its-phone',
    says: 'any phone refuses',
    file: machine,
    find: `    case 'deny': {
      if (current.state === 'pending' || !scannedBy(current, step.phoneHash)) {`,
    replace: `    case 'deny': {
      if (current.state === 'pending') {`,
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'end-by-its-phone',
    says: 'any phone ends a visit, or says that it was somebody else',
    file: machine,
    find: `  if (!('phoneHash' in step)) return
`,
    replace: `  return
`,
    tests: [{ file: 'server/src/protocol/sign-in-visit.test.ts', name: 'S022' }],
  },
  {
    id: 'first-phone-has-it',
    says: 'a later phone takes a sign-in over',
    file: machine,
    find: `      const { phoneHash, phoneKind } = step
      if (current.state === 'pending') {`,
    replace: `      const { phoneHash, phoneKind } = step
      if (current.state === 'pending' || current.state === 'scanned') {`,
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S026' }],
  },
  {
    id: 'account-written-once',
    says: 'a second account takes an approved sign-in',
    file: machine,
    find: `      if (current.state === 'scanned') {
        return move(approvedRow(`,
    replace: `      if (current.state === 'scanned' || current.state === 'approved') {
        return move(approvedRow(`,
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'claim-approved-only',
    says: 'what nobody approved is claimed',
    file: machine,
    find: `      if (current.state === 'approved') {
        const deadline = now + timings.visit`,
    replace: `      if (current.state === 'approved' || current.state === 'scanned') {
        const deadline = now + timings.visit`,
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'claimable-only',
    says: 'a sign-in whose ticket is public is claimed',
    file: machine,
    find: "if (!current.claimable) throw new Refusal('not_claimable')",
    replace: '',
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'claim-again-for-a-while',
    says: 'a claim is repeated for ever',
    file: machine,
    find: 'current.claimedAt !== null && now < current.claimedAt + timings.claimAgain',
    replace: 'current.claimedAt !== null',
    tests: [{ file: 'test/security/result-theft.test.ts', name: 'S034' }],
  },
  {
    id: 'an-end-is-the-end',
    says: 'what was denied is cancelled afterwards',
    file: machine,
    find: "const open = current.state === 'pending' || current.state === 'scanned'\n      if (open",
    replace: "const open = current.state !== 'claimed'\n      if (open",
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S023' }],
  },
  {
    id: 'deadlines-count',
    says: 'what has run out goes on until the reaper comes',
    file: machine,
    find: 'return now < (current.deadline ?? 0) ? current : over(current, now)',
    replace: 'return current',
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S011' }],
  },
  {
    id: 'seq-rises',
    says: 'a change keeps its seq',
    file: machine,
    find: 'const next = { ...current, ...change, seq: stored.seq + 1, updatedAt: now }',
    replace: 'const next = { ...current, ...change, seq: stored.seq, updatedAt: now }',
    tests: [{ file: 'server/src/protocol/sign-in-visit.test.ts', name: 'I14' }],
  },
  {
    id: 'more-time-once',
    says: 'a visitor gets more time again and again',
    file: machine,
    find: "if (state !== 'scanned' || current.extendedAt !== null) return repeat(stored)",
    replace: "if (state !== 'scanned') return repeat(stored)",
    tests: [{ file: 'server/src/protocol/sign-in-visit.test.ts', name: 'N37' }],
  },
  {
    id: 'leaving-gains-no-time',
    says: 'a closed page gets more time than there was',
    file: machine,
    find: 'const soon = Math.min(deadline, now + comeBackWithin)',
    replace: 'const soon = now + comeBackWithin',
    tests: [{ file: 'server/src/protocol/sign-in-visit.test.ts', name: 'N40' }],
  },
  {
    id: 'revoked-ends-all',
    says: 'an approval outlives its kiosk',
    file: machine,
    find: "if (open || (outright && current.state === 'approved')) {",
    replace: 'if (open) {',
    tests: [{ file: 'server/src/protocol/sign-in.test.ts', name: 'S033' }],
  },
  {
    id: 'kiosk-asked-again',
    says: 'a kiosk that is switched off while a password is checked gets the approval',
    file: 'server/src/signin/flow.ts',
    find: 'const { policy } = await kiosks.usable(subject.kiosk.number)',
    replace: 'const { policy } = subject.kiosk',
    tests: [{ file: 'server/src/signin/flow.test.ts', name: 'S033' }],
  },
  {
    id: 'account-asked-again',
    says: 'an account that is disabled after its proof approves',
    file: 'server/src/signin/flow.ts',
    find: `    await accounts.assertUsable(key, epoch)
    // The approval first`,
    replace: '    // The approval first',
    tests: [{ file: 'server/src/signin/flow.test.ts', name: 'S028' }],
  },
  {
    id: 'account-asked-at-claim',
    says: 'an account that is disabled after the approval is claimed',
    file: 'server/src/signin/flow.ts',
    find: 'const account = await accounts.assertUsable(rehearsed.account, rehearsed.epoch)',
    replace:
      "const account = { key: rehearsed.account, id: 'anybody', name: '', subjectSeed: '' } as never",
    tests: [{ file: 'test/security/accounts.test.ts', name: 'S047' }],
  },
  {
    id: 'policy-of-a-newer-gate',
    says: 'a policy that cannot be judged opens every way',
    file: 'server/src/protocol/policy.ts',
    find: 'if (!document) return { ...usual, version, methods: [] }',
    replace: 'if (!document) return { ...usual, version }',
    tests: [{ file: 'server/src/protocol/policy.test.ts', name: 'F34' }],
  },
  {
    id: 'policy-asked',
    says: 'a way that the policy closes stays open',
    file: 'server/src/signin/flow.ts',
    find: "if (!allows(policy, method)) throw new Refusal('method_not_allowed')",
    replace: '',
    tests: [{ file: 'test/integration/policy.test.ts', name: 'S079' }],
  },
  {
    id: 'hand-off-over',
    says: 'what is over is changed by its client',
    file: 'server/src/protocol/hand-off.ts',
    find: `        if (status === current.state && Object.keys(ticket).length === 0) return repeat(stored)
        throw new Refusal('hand_off_over')`,
    replace: '',
    tests: [{ file: 'server/src/protocol/hand-off.test.ts', name: 'I5' }],
  },
  {
    id: 'hand-off-runs-out',
    says: 'a hand-off is open for ever',
    file: 'server/src/protocol/hand-off.ts',
    find: 'if (now < (current.deadline ?? 0)) return current',
    replace: 'return current',
    tests: [{ file: 'server/src/protocol/hand-off.test.ts', name: 'I12' }],
  },
  {
    id: 'hand-off-asked-by-one',
    says: 'two nodes ask for one number',
    file: 'server/src/protocol/hand-off.ts',
    find: 'if (!isAsked || (current.nextTryAt ?? 0) > now) return repeat(stored)',
    replace: 'if (!isAsked) return repeat(stored)',
    tests: [{ file: 'server/src/protocol/hand-off.test.ts', name: 'F23' }],
  },
  {
    id: 'hand-off-of-its-client',
    says: 'any client changes any hand-off',
    file: 'server/src/handoff/hand-offs.ts',
    find: "if (!row || !isTheirs(row)) throw new Refusal('hand_off_unknown')",
    replace: "if (!row) throw new Refusal('hand_off_unknown')",
    tests: [{ file: 'test/security/hand-offs.test.ts', name: 'S080' }],
  },
  {
    id: 'coming-while-open',
    says: 'whoever was served says that they are on the way',
    file: 'server/src/protocol/hand-off.ts',
    find: `    case 'coming': {
      if (overStates.has(current.state)) throw new Refusal('hand_off_over')`,
    replace: "    case 'coming': {",
    tests: [{ file: 'server/src/protocol/hand-off.test.ts', name: 'I5' }],
  },
  {
    id: 'more-time-while-open',
    says: 'what is over is answered as if it went on',
    file: machine,
    find: '      if (isOver(current)) throw endedRefusal(current)\n      if (state',
    replace: '      if (state',
    tests: [{ file: 'server/src/protocol/sign-in-visit.test.ts', name: 'N37' }],
  },
]
