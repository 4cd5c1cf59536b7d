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
