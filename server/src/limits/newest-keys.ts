/** Keys that one memory holds; whoever invents more of them makes the oldest forgotten. */
export const mostKeys = 100_000

/**
 * Sets a key as the newest one.
 * @returns the key that had to go for it, if any.
 */
export function setNewest<Value>(
  map: Map<string, Value>,
  key: string,
  value: Value,
  most = mostKeys,
): string | undefined {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return undefined
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
  return oldest
}
