import type { Bus } from './bus.ts'

/** The bus of a single node: a map. */
export function localBus(): Bus {
  const listeners = new Map<string, Set<() => void>>()

  return {
    publish(topic) {
      for (const listener of listeners.get(topic) ?? []) queueMicrotask(listener)
    },

    subscribe(topic, listener) {
      const all = listeners.get(topic) ?? new Set()
      listeners.set(topic, all)
      // A wrapper of its own, so that the same function may listen twice.
      const own = () => {
        if (all.has(own)) listener()
      }
      all.add(own)
      return () => {
        all.delete(own)
        if (all.size === 0 && listeners.get(topic) === all) listeners.delete(topic)
      }
    },

    lost: () => null,
    onRejoin: () => {},
    close: async () => listeners.clear(),
  }
}
