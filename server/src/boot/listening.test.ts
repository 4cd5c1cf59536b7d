import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OperatorError } from '../operator-error.ts'
import { cannotListen } from './listening.ts'

const place = { host: '192.168.0.7', port: 80 }
const words: Record<string, string> = {
  EADDRINUSE: 'Another program listens at 192.168.0.7:80; set PORT to another one.',
  EACCES: 'This user may not listen at 192.168.0.7:80; set PORT to one from 1024 on.',
  EADDRNOTAVAIL:
    'HOST 192.168.0.7 is no address of this machine; leave HOST out, or set it to an address of this machine.',
  EAFNOSUPPORT:
    '192.168.0.7:80 cannot be listened at (EAFNOSUPPORT); leave HOST out, or set it to an address of this machine.',
}

for (const [code, sentence] of Object.entries(words)) {
  test(`N51: a gate that cannot listen for ${code} says so in a sentence`, () => {
    const error = cannotListen(Object.assign(new Error(code), { code, syscall: 'listen' }), place)
    assert.ok(error instanceof OperatorError)
    assert.equal(error.message, sentence)
  })
}

test('N51: whatever else went wrong stays what it was', () => {
  const error = new Error('out of memory')
  assert.equal(cannotListen(error, place), error)
  const file = Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' })
  assert.equal(cannotListen(file, place), file)
})
