import type { Clock } from './clock.ts'
import { readGateMessage } from './gate-message.ts'

const withinMs = 10_000

/**
 * Finds out whether a WebSocket gets through to the gate, which answers a ping before any proof.
 * An open one says too little: some proxies let the upgrade pass and nothing after it.
 * @returns what calls it off.
 */
export function probe(
  Socket: typeof WebSocket,
  url: string,
  clock: Clock,
  report: (through: boolean) => void,
): () => void {
  let socket: WebSocket | undefined
  const stop = () => {
    callOff()
    if (socket) discard(socket)
  }
  const end = (through: boolean) => {
    stop()
    report(through)
  }
  const callOff = clock.after(withinMs, () => end(false))
  try {
    const made = new Socket(url)
    socket = made
    made.onopen = () => made.send('{"type":"ping"}')
    made.onmessage = event => end(readGateMessage(event.data)?.type === 'pong')
    made.onclose = () => end(false)
  } catch {
    // No WebSocket at all: the timer says so, at a pace that suits asking again.
  }
  return stop
}

type Discarded = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'close'>

/** Closes a socket; nothing it still receives is handled. */
export function discard(socket: Discarded): void {
  socket.onopen = socket.onmessage = socket.onclose = null
  // Closing a socket that is still connecting reports an error, which Node prints unless it is heard.
  socket.onerror = () => {}
  socket.close()
}
