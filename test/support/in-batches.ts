/** Does the work for every item, so many at once; results in the items' order. */
export async function inBatches<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item, index)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}

/** The same items in a random order. */
export function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map(item => ({ item, at: Math.random() }))
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item)
}
