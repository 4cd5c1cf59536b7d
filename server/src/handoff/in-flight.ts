/** Under way to one client at most: a receiver that hangs keeps nobody waiting but its own visitors. */
const mostPerClient = 8

/** The webhooks that this node is sending, bounded per client. */
export interface InFlight {
  /** Clients to which nothing more goes until something has ended. */
  fullClients(): string[]
  /** Sends it; does nothing where it is under way already, or its client has enough. */
  send(id: string, client: string, work: () => Promise<void>): void
  /** One for each that is under way; they settle as it ends, and never reject. */
  ends(): Promise<void>[]
}

export interface InFlightParts {
  onError(error: unknown): void
  /** One has ended without an error, and has made room. */
  onDone?(): void
}

export function createInFlight({ onError, onDone }: InFlightParts): InFlight {
  const underWay = new Map<string, { client: string; end: Promise<void> }>()

  const fullClients = () => {
    const byClient = Map.groupBy(underWay.values(), ({ client }) => client)
    return [...byClient]
      .filter(([, { length }]) => length >= mostPerClient)
      .map(([client]) => client)
  }

  return {
    fullClients,
    send(id, client, work) {
      if (underWay.has(id) || fullClients().includes(client)) return
      const end = work().then(
        () => {
          underWay.delete(id)
          onDone?.()
        },
        (error: unknown) => {
          underWay.delete(id)
          // It is due still: where nothing can be written, to look at once would never end.
          onError(error)
        },
      )
      underWay.set(id, { client, end })
    },
    ends: () => [...underWay.values()].map(({ end }) => end),
  }
}
