/**
 * How many letters must be put in, taken out, changed or swapped with the next one to make one word of
 * the other (optimal string alignment; Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const here = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1
      const [left = 0, up = 0, corner = 0] = [here[column - 1], above[column], above[column - 1]]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swap = swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      here.push(Math.min(left + 1, up + 1, corner + change, swap))
    }
    before = above
    above = here
  }
  return above[b.length] ?? 0
}
