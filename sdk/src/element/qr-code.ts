import { correction, generate } from 'lean-qr'

const quietZone = 4

/**
 * Draws a QR code, one canvas pixel a module, black on white whatever the page's theme is.
 * Level M exactly: a higher one would make the modules smaller, a lower one forgives less.
 */
export function drawQrCode(canvas: HTMLCanvasElement, content: string): void {
  const level = { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M }
  const black = [0, 0, 0, 255] as const
  const white = [255, 255, 255, 255] as const
  generate(content, level).toCanvas(canvas, { on: black, off: white, pad: quietZone })
}

/** The widest picture in this space whose modules are whole screen pixels, so that none is blurred. */
export function crispWidth(space: number, modules: number, pixelRatio: number): number {
  const pixels = Math.floor((space * pixelRatio) / modules)
  return (Math.max(1, pixels) * modules) / pixelRatio
}
