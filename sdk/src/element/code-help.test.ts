import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addressToType, spelled } from './code-help.ts'

it('an address is as short as browsers allow', () => {
  assert.equal(addressToType('https://gate.example.org/code'), 'gate.example.org/code')
  assert.equal(addressToType('http://192.168.0.10:8080/code'), 'http://192.168.0.10:8080/code')
})

it('a code is read letter by letter', () => {
  assert.equal(spelled('WDJB-MJHT'), 'W, D, J, B, M, J, H, T')
})
