export const percentile = (values: readonly number[], p: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * p)] ?? Number.NaN

export const median = (values: readonly number[]) => percentile(values, 0.5)

/** How long it took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** The same, so many times one after the other. */
export async function timedEach(times: number, work: (n: number) => Promise<unknown>) {
  const took: number[] = []
  for (let n = 0; n < times; n += 1) took.push(await timed(() => work(n)))
  return took
}

/**
 * What is measured in turns, so that each has its share of whatever else the machine does. The first round
 * warms up, and every other round goes backwards.
 * @returns the figures of each round, by name.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  measures: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[]
  const figures = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await measures[name]()
      if (round > 0) figures[name].push(figure)
    }
  }
  return figures
}

/** In any order. */
export function shuffled<T>(all: readonly T[]): T[] {
  const left = [...all]
  return all.flatMap(() => left.splice(Math.floor(Math.random() * left.length), 1))
}

/** The median of what each round says of two that were measured in it. */
export function medianOf(
  of: (figure: number, floor: number) => number,
  figures: readonly number[],
  floors: readonly number[],
): number {
  return median(figures.map((figure, round) => of(figure, floors[round] ?? Number.NaN)))
}

export const over = (figure: number, floor: number) => figure - floor
export const timesOf = (figure: number, floor: number) => figure / floor

/** One line of the output. @param cases the ids of what it stands for; `''` for none. */
export function row(cases: string, name: string, figures: string): void {
  console.log(`${cases.padEnd(12)} ${name.padEnd(52)} ${figures}`)
}

/** Two figures beside each other: only their ratio says something about another machine. */
export function compare(cases: string, name: string, took: number[], floor: number[]): void {
  const [p50, p95] = [percentile(took, 0.5), percentile(took, 0.95)]
  const ratio = (p50 / median(floor)).toFixed(2)
  const figures = `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ${ratio} of its floor`
  row(cases, name, figures)
}

/**
 * How likely two samples of one distribution are at least as far apart as these (Kolmogorov-Smirnov, asymptotic):
 * small where they are of two.
 */
export function sameDistribution(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [one.toSorted((x, y) => x - y), other.toSorted((x, y) => x - y)]
  let [i, j, apart] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && (a[i] ?? 0) <= at) i += 1
    while (j < b.length && (b[j] ?? 0) <= at) j += 1
    apart = Math.max(apart, Math.abs(i / a.length - j / b.length))
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length))
  const lambda = (root + 0.12 + 0.11 / root) * apart
  let p = 0
  for (let k = 1; k <= 100; k += 1) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * lambda) ** 2)
  return lambda < 0.2 ? 1 : Math.min(1, Math.max(0, p))
}
