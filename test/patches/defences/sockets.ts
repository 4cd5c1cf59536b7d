import type { Defence } from '../defence.ts'

const socket = 'server/src/ws/kiosk-socket.ts'
const limits = 'server/src/ws/socket-limits.ts'

/** What a socket is told, and how many there may be. */
export const sockets: readonly Defence[] = [
  {
    id: 'socket-origin',
    says: 'a page of any site opens a socket',
    file: 'server/src/http/kiosk/handshake.ts',
    find: "  throw new Refusal('cross_site')\n",
    replace: '',
    tests: [{ file: 'test/security/socket-handshake.test.ts', name: 'S035' }],
  },
  {
    id: 'socket-own-page',
    says: 'a page of an allowed origin is taken for the kiosk’s own',
    file: 'server/src/http/kiosk/handshake.ts',
    find: 'if (origin !== publicUrl || value === undefined) return { address }',
    replace: 'if (value === undefined) return { address }',
    tests: [{ file: 'test/security/own-page.test.ts', name: 'N07' }],
  },
  {
    id: 'socket-watches',
    says: 'one socket watches sign-ins without end',
    file: socket,
    find: "      throw new Refusal('malformed', 'too many watches on one socket')\n",
    replace: '',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S040' }],
  },
  {
    id: 'socket-queue',
    says: 'a socket says more than can wait',
    file: socket,
    find: 'const flooded = this.#queued >= mostQueued',
    replace: 'const flooded = false',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S037' }],
  },
  {
    id: 'socket-unproven',
    says: 'a socket that proves nothing stays',
    file: socket,
    find: 'this.close(this.#proven ? closeCodes.idle : closeCodes.unproven)',
    replace: '',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S040' }],
  },
  {
    id: 'socket-bad-message',
    says: 'a socket that says what is no message stays',
    file: socket,
    find: '      this.close(closeCodes.badMessage)\n      return',
    replace: '      return',
    tests: [{ file: 'test/security/socket-frames.test.ts', name: 'S043' }],
  },
  {
    id: 'sockets-of-one',
    says: 'one sign-in is watched by any number of sockets',
    file: limits,
    find: 'if (oldest && all.length > watchersOfOne) {',
    replace: 'if (false) {',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S040' }],
  },
  {
    id: 'socket-reads',
    says: 'a peer that never reads fills the memory',
    file: limits,
    find: 'if (this.bufferedAmount > mostBuffered) this.terminate()',
    replace: 'if (false) this.terminate()',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S039' }],
  },
  {
    id: 'socket-heartbeat',
    says: 'a peer that is gone keeps its socket',
    file: limits,
    find: 'if (looks >= pinged || socket.bufferedAmount > mostBuffered) {',
    replace: 'if (false) {',
    tests: [{ file: 'test/security/socket-limits.test.ts', name: 'S042' }],
  },
  {
    id: 'unproven-is-wrong',
    says: 'a gate that is slow makes its kiosks give their sign-ins up',
    file: 'sdk/src/doubted-secret.ts',
    find: 'if (error instanceof GateError && hopeless.has(error.code)) return error.code',
    replace: "return 'kiosk_secret_wrong'",
    tests: [{ file: 'sdk/src/socket.test.ts', name: 'N75' }],
  },
  {
    id: 'socket-handshake-kept',
    says: 'a socket keeps the request that opened it in memory',
    file: 'server/src/http/server/upgrades.ts',
    find: 'if (ws) reply.raw.detachSocket(raw.socket)',
    replace: '',
    tests: [{ file: 'test/integration/light-sockets.test.ts', name: 'N70' }],
  },
  {
    id: 'sockets-of-a-network',
    says: 'one network holds all places',
    file: 'server/src/ws/socket-places.ts',
    find: 'if (idle.size >= idleOfNetwork || this.#strangers.of(network).size >= ofNetwork) {',
    replace: 'if (false) {',
    tests: [{ file: 'server/src/ws/socket-places.test.ts', name: 'N07' }],
  },
  {
    id: 'sockets-for-pages',
    says: 'strangers hold the places of enrolled kiosks',
    file: 'server/src/ws/socket-places.ts',
    find: 'strangers: all - Math.floor(all / 5),',
    replace: 'strangers: all,',
    tests: [{ file: 'server/src/ws/socket-places.test.ts', name: 'N07' }],
  },
  {
    id: 'crowd-newcomer',
    says: 'a photographer keeps the waiting screen out',
    file: 'server/src/ws/crowd.ts',
    find: 'const others = crowd.slice(0, -1)',
    replace: 'const others = crowd.slice(-1)',
    tests: [{ file: 'server/src/ws/crowd.test.ts', name: 'N08' }],
  },
  {
    id: 'revoked-loses-sockets',
    says: 'a kiosk that is switched off keeps its sockets',
    file: 'server/src/boot/app.ts',
    find: '    sockets.drop(kiosk)\n',
    replace: '',
    tests: [{ file: 'test/security/own-page.test.ts', name: 'N12' }],
  },
  {
    id: 'revoked-ends-sign-ins',
    says: 'what was begun at a kiosk outlives it',
    file: 'server/src/boot/app.ts',
    find: '    flow.cancelAllOf(kiosk).catch(onError)\n',
    replace: '',
    tests: [{ file: 'test/security/own-page.test.ts', name: 'S033' }],
  },
  {
    id: 'seed-socket-says-little',
    says: 'the seed’s socket says who it was',
    file: 'server/src/ws/seed-socket.ts',
    find: "socket.send('success')",
    replace: 'socket.send(`success ${signIn.account}`)',
    tests: [{ file: 'test/security/result-theft.test.ts', name: 'S029' }],
  },
  {
    id: 'delivery-reads-first',
    says: 'a state that came before the watch is not told',
    file: 'server/src/watch/delivery.ts',
    find: 'this.#leave = leave\n    this.hear()\n',
    replace: 'this.#leave = leave\n',
    tests: [{ file: 'server/src/watch/delivery.test.ts', name: 'F06' }],
  },
  {
    id: 'delivery-newer-only',
    says: 'a screen is told older news',
    file: 'server/src/watch/delivery.ts',
    find: 'if (current.seq > this.#seen) {',
    replace: 'if (true) {',
    tests: [{ file: 'server/src/watch/delivery.test.ts', name: 'F08' }],
  },
  {
    id: 'sweep-makes-up-for-hints',
    says: 'a lost hint is lost',
    file: 'server/src/watch/sweep.ts',
    find: 'for (const change of changes.changed) delivery.hint(change)',
    replace: '',
    tests: [{ file: 'server/src/watch/sweep.test.ts', name: 'F07' }],
  },
  {
    id: 'poll-waits-limited',
    says: 'any number waits for one sign-in by polls',
    file: 'server/src/watch/await-change.ts',
    find: 'if (oldest && others.size > mostOfOne) {',
    replace: 'if (false) {',
    tests: [{ file: 'server/src/watch/await-change.test.ts', name: 'N07' }],
  },
  {
    id: 'socket-successor',
    says: 'a kiosk secret yields the next one',
    file: socket,
    find: `    if (!watched.renew || deadline === null || watched.kiosk !== this.#kiosk) return
    const { clock, renewBefore } = this.#parts
    const left = deadline - clock()
    // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
    const rest = Math.max(left - renewBefore, left / 2, 0)
    watched.renewal = setTimeout(() => {
      this.#startNext(id, watched).catch(error => this.#refuse(error, id))
    }, rest)
  }

  /** The one that runs out stays watched: a phone may just be opening its last frame. */
  async #startNext(after: string, { kiosk, secret }: Watched): Promise<void> {
    const { flow } = this.#parts
    // Always-on screens renew for months: the kiosk may have been switched off since it began.
    if ((await this.#provePage())?.number !== kiosk) return
`,
    replace: `    if (!watched.renew || deadline === null) return
    const { clock, renewBefore } = this.#parts
    const left = deadline - clock()
    // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
    const rest = Math.max(left - renewBefore, left / 2, 0)
    watched.renewal = setTimeout(() => {
      this.#startNext(id, watched).catch(error => this.#refuse(error, id))
    }, rest)
  }

  /** The one that runs out stays watched: a phone may just be opening its last frame. */
  async #startNext(after: string, { kiosk, secret }: Watched): Promise<void> {
    const { flow } = this.#parts
    // Always-on screens renew for months: the kiosk may have been switched off since it began.
`,
    tests: [{ file: 'test/security/own-page.test.ts', name: 'N12' }],
  },
]
