import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { readDotenv } from './dotenv.ts'

const read = (text: string | Buffer) => readDotenv(Buffer.from(text))
const values = (text: string) => {
  const { lines, faults } = read(text)
  assert.deepEqual(faults, [], text)
  return Object.fromEntries(lines.map(({ name, value }) => [name, value]))
}

test('N47: what is taken of a .env file is what Node would make of it', () => {
  const texts = [
    'A=1',
    'A = 1',
    ' A=1 ',
    'A=',
    'A=\nB=2',
    'A=""\nB=2',
    'export A=1',
    'export  A=1',
    'A=x y z',
    'A=x # a remark',
    'A=                    # openssl rand -base64 48',
    'A="x # y" # a remark',
    "A='a\\n$b`\"'",
    'A=`x`',
    'A= "x"',
    'A=a=b==',
    'A==',
    'A=$HOME',
    'A=it is O’Brien\'s "clinic"',
    'A=서울내과의원',
    'A=x\\y',
    '# a remark\n\n   # another\nA=1\n',
    'A=1\r\nB=2\r\n',
    'a_b1=2',
  ]
  for (const text of texts) assert.deepEqual(values(text), { ...parseEnv(text) }, text)
})

test('N47: a byte order mark is no part of the first name', () => {
  assert.deepEqual(values('\ufeffSECRET_KEY=x\nB=2'), { SECRET_KEY: 'x', B: '2' })
})

test('N47: an empty value with spaces behind it does not take the next line', () => {
  assert.deepEqual({ ...parseEnv('SECRET_KEY=  \nPORT=1') }, { SECRET_KEY: 'PORT=1' })
  assert.deepEqual(values('SECRET_KEY=  \nPORT=1'), { SECRET_KEY: '', PORT: '1' })
})

const faults: [text: string | Buffer, ...sentences: RegExp[]][] = [
  ['A', /^line 1: is no setting/],
  ['A=1\n\nPORT 8080', /^line 3: is no setting/],
  ['PORT: 8080', /^line 1: is no setting/],
  ['set PORT=8080', /^line 1: "set PORT" is no name/],
  ['$env:PORT=8080', /^line 1: "\$env:PORT" is no name/],
  ['1A=2', /^line 1: "1A" is no name/],
  ['A-B=2', /^line 1: "A-B" is no name/],
  ['=2', /^line 1: is no setting/],
  ['A="x', /^line 1: A begins with ", which does not end/],
  ['A="', /^line 1: A begins with "/],
  ["A='x\nB='y'", /^line 1: A begins with '/],
  ['A="x\ny"', /^line 1: A begins with "/, /^line 2: is no setting/],
  ['A="x" y', /^line 1: A has something behind the "/],
  ["A='it's'", /^line 1: A has something behind the '/],
  ['A="x""y"', /^line 1: A has something behind the "/],
  ['A="a\\nb"', /^line 1: A has a \\ between/],
  ['DATABASE_URL=postgres://u:a#b@h/d', /^line 1: DATABASE_URL has a # in it/],
  ['A=a#b # c', /^line 1: A has a # in it/],
  ['HOST=127.0.0.1 PORT=8080', /^line 1: HOST is followed by a second setting/],
  ['PUBLIC_URL=https://$' + '{HOST}', /^line 1: PUBLIC_URL has \$\{ in it/],
  ['A="$' + '{HOST}"', /^line 1: A has \$\{ in it/],
  ['A=\u201cx\u201d', /^line 1: A begins with a typographic quote/],
  ['A=x\u200b', /^line 1: A has a sign in it that cannot be seen \(U\+200B\)/],
  ['A=x\u00a0y', /^line 1: A has a sign in it that cannot be seen \(U\+00A0\)/],
  ['A=1\rB=2\r', /^line 1: A has a sign in it that cannot be seen \(U\+000D\)/],
  ['A=x\0', /^line 1: A has a sign in it that cannot be seen \(U\+0000\)/],
  ['A=1\nB=2\nA=3', /^lines 1 and 3: A stands in both$/],
  ['A=1\nA=1\nA=3', /^lines 1, 2 and 3: A stands in both$/],
  [Buffer.from('\ufeffA=1', 'utf16le'), /^all lines: it is UTF-16/],
  [Buffer.from('A=1\nB=2', 'utf16le'), /^all lines: it is UTF-16/],
  [Buffer.from('\ufeffA=1', 'utf16le').swap16(), /^all lines: it is UTF-16/],
  // "서울" as Windows in Korea writes it.
  [
    Buffer.from([0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xbc, 0xad, 0xbf, 0xef]),
    /^line 2: is no UTF-8/,
  ],
]

test('N47: whatever would be half read is said, with its line', () => {
  for (const [text, ...sentences] of faults) {
    const said = read(text as string).faults
    assert.equal(said.length, sentences.length, `${text}: ${said.join('\n')}`)
    for (const [n, sentence] of sentences.entries()) assert.match(said[n] ?? '', sentence)
  }
})

test('N47: no sentence about a line says what its value is', () => {
  const value = 'hunter2secret'
  const texts = [`A="${value}`, `A=${value}#b`, `A='${value}'x`, value, `A="${value}\\n"`]
  for (const text of texts) {
    const { faults } = read(text)
    assert.equal(faults.length, 1)
    assert.doesNotMatch(faults.join(), /hunter2/)
  }
})
