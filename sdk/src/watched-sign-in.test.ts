import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { SignInView } from './protocol.ts'
import { WatchedSignIn } from './watched-sign-in.ts'

const view = (seq: number, state: SignInView['state'], left: number): SignInView => {
  return { id: 'a', seq, state, expires_in_ms: left }
}

it('I14: older news changes neither what a screen shows nor how long it has', () => {
  const signIn = new WatchedSignIn('a', 's')
  assert.ok(signIn.take(view(1, 'scanned', 180_000), 0))
  assert.equal(signIn.take(view(0, 'pending', 290_000), 1_000), false)
  assert.equal(signIn.view?.state, 'scanned')
  assert.equal(signIn.remainingMs(1_000), 179_000)
  assert.equal(signIn.lifeMs, 0)
})

it('the same view once more is no news, and measures the time anew', () => {
  const signIn = new WatchedSignIn('a', 's')
  signIn.take(view(1, 'scanned', 180_000), 0)
  assert.equal(signIn.take(view(1, 'scanned', 170_000), 5_000), false)
  assert.equal(signIn.remainingMs(5_000), 170_000)
})
