import assert from 'node:assert/strict'
import { it } from 'node:test'
import jsQR from 'jsqr'
import { crispWidth, drawQrCode } from './qr-code.ts'

const content = `HTTPS://GATE.EXAMPLE.ORG/Q/${'A'.repeat(53)}`

/** Draws onto plain memory, a pixel a module. */
function draw(): { width: number; data: Uint8ClampedArray } {
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
  const { width, data } = draw()
  assert.equal(width, 33 + 2 * 4)
  assert.deepEqual([...data.subarray(0, 4)], [255, 255, 255, 255])
})

it('an independent reader reads what was drawn', () => {
  const { width, data } = draw()
  const scale = 4
  const large = new Uint8ClampedArray((width * scale) ** 2 * 4)
  for (let y = 0; y < width * scale; y += 1) {
    for (let x = 0; x < width * scale; x += 1) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 4
      large.set(data.subarray(from, from + 4), (y * width * scale + x) * 4)
    }
  }
  assert.equal(jsQR.default(large, width * scale, width * scale)?.data, content)
})

it('modules are whole screen pixels', () => {
  assert.equal(crispWidth(500, 41, 1), 41 * 12)
  assert.equal(crispWidth(500, 41, 1.5), (41 * 18) / 1.5)
  assert.equal(crispWidth(10, 41, 1), 41)
})
