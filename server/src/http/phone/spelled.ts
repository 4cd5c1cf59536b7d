/** Letters and digits one by one, whatever stands between words of another script: `A, 0, 1, 2`. */
const pieces = /\p{Nd}|[A-Za-z]|[^\s\p{P}\p{S}\p{Nd}A-Za-z]+/gu

/** A number as it is called out, for screen readers: they would say "A minus twelve" to `A-012`. */
export function spelled(number: string): string {
  return number.match(pieces)?.join(', ') ?? number
}
