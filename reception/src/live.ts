import type { ServerResponse } from 'node:http'
import { Refused } from './arrivals.ts'

/** Pages take a stream for dead that is silent for more than two of these; in milliseconds. */
const pingEvery = 15_000
/** Changes that come together are shown together; in milliseconds. */
const gatherFor = 50
/** Whoever takes nothing for so long is let go; it comes back by itself. */
const mostUnsent = 1_048_576
/** So many pages of one kind listen at a time; anybody may open a board. */
export const mostStreams = 100

/** One kind of page, kept up to date by server-sent events (WHATWG HTML §9.2). */
export interface Live {
  /**
   * @param until when it may be shown no more, in milliseconds since 1970.
   * @throws Refused, before anything is answered, where too many listen.
   */
  add(response: ServerResponse, until?: number): void
  changed(): void
  close(): void
}

/** @param state as it is now. */
export function createLive(
  state: () => Promise<object>,
  clock: () => number,
  onError: (error: unknown) => void,
): Live {
  const streams = new Map<ServerResponse, number>()
  let gathering: NodeJS.Timeout | undefined

  const send = (stream: ServerResponse, text: string) => {
    if ((streams.get(stream) ?? 0) <= clock()) stream.end()
    else if (stream.writableLength > mostUnsent) stream.destroy()
    else stream.write(text)
  }
  const sendAll = (text: string) => {
    for (const stream of streams.keys()) send(stream, text)
  }
  /** They are not to take what they show for what is so; they come back by themselves. */
  const lose = (error: unknown) => {
    for (const stream of streams.keys()) stream.end()
    onError(error)
  }
  const told = async () => `data: ${JSON.stringify({ ...(await state()), now: clock() })}\n\n`
  const pinging = setInterval(() => sendAll('event: ping\ndata:\n\n'), pingEvery)

  return {
    add(response, until = Number.POSITIVE_INFINITY) {
      if (streams.size >= mostStreams) throw new Refused('busy', 'Too many pages listen already.')
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // Else reception could not stop before the last of them gives its connection up.
        connection: 'close',
        // nginx would gather it.
        'x-accel-buffering': 'no',
      })
      response.flushHeaders()
      streams.set(response, until)
      response.on('close', () => streams.delete(response))
      told().then(text => send(response, text), lose)
    },
    changed() {
      if (streams.size === 0) return
      gathering ??= setTimeout(() => {
        gathering = undefined
        told().then(sendAll, lose)
      }, gatherFor)
    },
    close() {
      clearInterval(pinging)
      clearTimeout(gathering)
      for (const stream of streams.keys()) stream.end()
    },
  }
}
