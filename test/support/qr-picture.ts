import { spawnSync } from 'node:child_process'
import jsqrModule from 'jsqr'
import { PNG } from 'pngjs'

// A CommonJS module whose types describe an ES module: what is imported is the function itself.
const jsqr = jsqrModule as unknown as typeof jsqrModule.default

/** What two independent readers make of a picture (PNG); nothing where they do not agree. */
export function readPicture(picture: Buffer): string {
  const { data, width, height } = PNG.sync.read(picture)
  const byJsqr = jsqr(new Uint8ClampedArray(data), width, height)?.data
  const byZbar = spawnSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', '-'], {
    input: picture,
    encoding: 'utf8',
  }).stdout.trim()
  return byZbar === byJsqr ? byZbar : ''
}
