import { generate } from 'lean-qr'

/** Modules of white around it (ISO/IEC 18004 §6.3.8). */
const quiet = 4

/**
 * A QR code for a terminal, two rows of modules a line: cells there are twice as high as wide.
 * @param coloured whether the terminal takes colours: then it is black on white in every theme. Without,
 * what is light is drawn, as terminals are dark as a rule.
 */
export function terminalQr(content: string, coloured: boolean): string {
  const code = generate(content)
  const isDark = (x: number, y: number) => Boolean(code.get(x, y))
  const lines: string[] = []
  for (let y = -quiet; y < code.size + quiet; y += 2) {
    let line = ''
    for (let x = -quiet; x < code.size + quiet; x += 1) {
      const [upper, lower] = [isDark(x, y) === coloured, isDark(x, y + 1) === coloured]
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
    }
    lines.push(coloured ? `\x1b[30;107m${line}\x1b[0m` : line)
  }
  return lines.join('\n')
}
