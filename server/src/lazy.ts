/** @returns what gives what is made of it: made when it is asked for first, and kept. */
export function lazy<Made>(make: () => Made): () => Made {
  let kept: { made: Made } | undefined
  return () => {
    kept ??= { made: make() }
    return kept.made
  }
}
