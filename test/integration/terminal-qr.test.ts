import assert from 'node:assert/strict'
import { test } from 'node:test'
import { terminalQr } from '../../server/src/boot/terminal-qr.ts'
import { pictureOf, readQr } from '../support/terminal.ts'

const content = 'http://192.168.100.200:8080/try'
const readByBoth = { byJsqr: content, byZbar: content }

test('N51: the terminal’s QR is read off its half blocks, black on white where there are colours', () => {
  const coloured = terminalQr(content, true).split('\n')
  // Black letters on bright white, then the terminal's own again.
  const [begin, end] = ['\u001b[30;107m', '\u001b[0m']
  assert.ok(coloured.every(line => line.startsWith(begin) && line.endsWith(end)))
  const cells = coloured.map(line => line.slice(begin.length, -end.length))
  assert.deepEqual(readQr(pictureOf(cells.join('\n'), 0, 255)), readByBoth)
})

test('N51: without colours it is read off a dark terminal', () => {
  assert.deepEqual(readQr(pictureOf(terminalQr(content, false), 255, 0)), readByBoth)
})

test('N51: it leaves room for words in a terminal of 80 columns and 24 lines', () => {
  const lines = terminalQr(content, false).split('\n')
  assert.ok(lines.length <= 20, `${lines.length}`)
  assert.ok(lines.every(line => line.length <= 40))
})
