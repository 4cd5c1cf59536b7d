import { Held } from '../held.ts'
import type { Bus } from './bus.ts'

/** The bus of a single node: a map. */
export function localBus(): Bus {
  const listeners = new Held<string, () => void>()

  return {
    publish(topic) {
      for (const listener of listeners.of(topic)) queueMicrotask(listener)
    },

    subscribe(topic, listener) {
      // A wrapper of its own, so that the same function may listen twice.
      const own = () => {
        if (listeners.has(topic, own)) listener()
      }
      listeners.add(topic, own)
      return () => listeners.delete(topic, own)
    },

    lost: () => null,
    onRejoin: () => {},
    close: async () => listeners.clear(),
  }
}
