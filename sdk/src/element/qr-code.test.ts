import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { crispWidth, drawQrCode } from './qr-code.ts'

const ticket = 'DIA2EB4OBZAHIT4BKJQBCFYCGF2AAAAAAEAABK6HJIY24I5FKLFNM'

/** Draws onto plain memory, a pixel a module. */
function draw(content: string): { width: number; data: Uint8ClampedArray } {
  let data: Uint8ClampedArray = new Uint8ClampedArray()
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({
      createImageData: (width: number, height: number) => ({
        width,
        height,
        data: new Uint8ClampedArray(width * height * 4),
      }),
      putImageData: (image: { data: Uint8ClampedArray }) => {
        data = image.data
      },
    }),
  }
  drawQrCode(canvas as unknown as HTMLCanvasElement, content)
  return { width: canvas.width, data }
}

it('a ticket is drawn as version 4 with a quiet zone of four modules', () => {
  const { width, data } = draw(`https://GATE.EXAMPLE.ORG/Q/${ticket}`)
  assert.equal(width, 33 + 2 * 4)
  assert.deepEqual([...data.subarray(0, 4)], [255, 255, 255, 255])
})

it('N24: two independent readers read each address to the letter, its scheme in small letters', () => {
  const hosts = [
    'https://GATE.EXAMPLE.ORG',
    'https://GATE.CLINIC-1.SEOUL.KR',
    'http://[FD00::A]:8080',
  ]
  const more = ['http://192.168.0.7:8080', 'https://XN--3E0B707E.A-LONG-NAME-OF-A-HOSPITAL.EXAMPLE']
  const addresses = [...hosts, ...more].map(host => `${host}/Q/${ticket}`)
  const token = `${'eyJ'.repeat(12)}.${'eyJ1dWlkIjoi'.repeat(8).slice(0, 86)}.${'aB3-_'.repeat(9).slice(0, 43)}`
  for (const content of [...addresses, `http://localhost:5173/login?token=${token}`]) {
    const { width, height, data } = enlarged(draw(content))
    assert.equal(jsQR.default(data, width, height)?.data, content)
    const picture = new PNG({ width, height })
    picture.data = Buffer.from(data)
    const zbar = ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', '-']
    const { stdout } = spawnSync('zbarimg', zbar, { input: PNG.sync.write(picture) })
    assert.equal(String(stdout).trim(), content)
  }
})

/** Each module as four pixels by four. */
function enlarged({ width, data }: ReturnType<typeof draw>) {
  const scale = 4
  const side = width * scale
  const large = new Uint8ClampedArray(side ** 2 * 4)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 4
      large.set(data.subarray(from, from + 4), (y * side + x) * 4)
    }
  }
  return { width: side, height: side, data: large }
}

it('modules are whole screen pixels', () => {
  assert.equal(crispWidth(500, 41, 1), 41 * 12)
  assert.equal(crispWidth(500, 41, 1.5), (41 * 18) / 1.5)
  assert.equal(crispWidth(10, 41, 1), 41)
})
