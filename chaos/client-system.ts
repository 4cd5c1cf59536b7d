import type { ServerResponse } from 'node:http'
import type { Scope } from '../test/support/gate.ts'
import { type Received, Receiver } from '../test/support/receiver.ts'
import type { History } from './history.ts'
import { Dice } from './plan.ts'

/** A client's system that fails as such systems do: the same hand-off has the same number all the same. */
export async function startClientSystem(
  t: Scope,
  history: History,
  seed: number,
): Promise<Receiver> {
  const receiver = await Receiver.start(t)
  const dice = new Dice(seed ^ 0x5bd1e995)

  /** Its number is decided before anybody is answered, as it is in a database. */
  const answered = (received: Received, response: ServerResponse) => {
    if (!response.destroyed) receiver.accept(received, response)
  }

  receiver.answer = (received, response) => {
    const how = dice.drawn({ answers: 70, breaks: 8, hangs: 2, drops: 10, 'answers late': 10 })
    const isRequest = received.type === 'hand_off.requested'
    if (isRequest) {
      const { id: handOff } = received
      const known = receiver.numbers.get(handOff)
      const number = known ?? `A-${receiver.numbers.size + 1}`
      receiver.numbers.set(handOff, number)
      history.add({ type: 'asked', at: history.now, signIn: '', handOff, number, how })
    }
    if (how === 'answers') answered(received, response)
    else if (how === 'breaks') response.writeHead(500).end()
    else if (how === 'drops') response.destroy()
    else if (how === 'answers late') {
      setTimeout(() => answered(received, response), dice.between(500, 8_500)).unref()
    }
  }
  return receiver
}
