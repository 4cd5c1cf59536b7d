import { spawnSync } from 'node:child_process'
import jsqrModule from 'jsqr'
import { PNG } from 'pngjs'

// Its types say what a bundler makes of it; Node gives the function itself.
const jsqr = jsqrModule as unknown as typeof jsqrModule.default

/** Pixels a module, and around it all. */
const scale = 4
const margin = 40

/**
 * What stands in a terminal's cells, each as high as two are wide, as a picture.
 * @param ink what letters are drawn with, from 0 (black) to 255, and `paper` what is behind them.
 */
export function pictureOf(text: string, ink: number, paper: number): PNG {
  const lines = text.split('\n')
  const columns = Math.max(...lines.map(line => line.length))
  const [width, height] = [columns * scale + 2 * margin, lines.length * 2 * scale + 2 * margin]
  const picture = new PNG({ width, height })
  for (let at = 0; at < width * height; at += 1) {
    const x = Math.floor(((at % width) - margin) / scale)
    const y = Math.floor((Math.floor(at / width) - margin) / scale)
    const cell = lines[y >> 1]?.[x]
    const isInk = cell === '█' || cell === (y % 2 === 0 ? '▀' : '▄')
    picture.data.set(isInk ? [ink, ink, ink, 255] : [paper, paper, paper, 255], at * 4)
  }
  return picture
}

/** What two independent readers find in it, as it is and not with its colours swapped. */
export function readQr(picture: PNG) {
  const { data, width, height } = picture
  const pixels = new Uint8ClampedArray(data)
  return {
    byJsqr: jsqr(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data,
    byZbar: spawnSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', '-'], {
      input: PNG.sync.write(picture),
      encoding: 'utf8',
    }).stdout.trim(),
  }
}
