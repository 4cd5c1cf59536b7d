import { isReachable } from '../clients/reachable.ts'
import { OperatorError } from '../operator-error.ts'
import { advanceDelivery, type Delivery } from '../protocol/delivery.ts'
import type { DeliveryQuery } from '../store/delivery.ts'
import { present } from './client-command.ts'
import { isoTime, say, sayJson, timeOf, withStore } from './command.ts'

interface Given {
  client?: string
  open?: boolean
  failed?: boolean
  limit: string
  json?: boolean
}

const stateWords: Record<Delivery['state'], string> = {
  open: 'open',
  delivered: 'delivered',
  given_up: 'failed',
}

/** `qrgate delivery list` */
export async function listDeliveries(given: Given): Promise<void> {
  const { client, open, failed, limit, json = false } = given
  if (open && failed) throw new OperatorError('Either --open or --failed, please.')
  if (!/^[1-9]\d{0,5}$/.test(limit)) {
    throw new OperatorError('--limit must be a whole number from 1 to 999999.')
  }
  const query: DeliveryQuery = {
    ...(client !== undefined && { client }),
    ...(open && { state: 'open' }),
    ...(failed && { state: 'given_up' }),
  }
  await withStore(async store => {
    if (client !== undefined) await present(store, client)
    const found = await store.deliveries.find(query, Number(limit))
    if (json) return sayJson(found.toReversed().map(deliveryJson))
    const lines = found.toReversed().map(cellsOf)
    const widths = [0, 1, 2, 3, 4, 5].map(column =>
      Math.max(0, ...lines.map(cells => cells[column]?.length ?? 0)),
    )
    for (const cells of lines) {
      say(
        cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
    }
  }, 'look')
}

/** `qrgate delivery resend` */
export async function resendDelivery(id: string): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const delivery = await store.deliveries.read(id)
    if (!delivery) throw new OperatorError(`There is no delivery "${id}".`)
    const client = await present(store, delivery.client)
    if (!isReachable(client)) {
      const mend =
        client.endpoint === null
          ? `has no endpoint; give it one: qrgate client set ${client.id} --endpoint URL`
          : `has its webhooks switched off; switch them on: qrgate client set ${client.id} --webhooks on`
      throw new OperatorError(`Client ${client.id} ${mend}`)
    }
    await store.deliveries.update(id, row => {
      const next = advanceDelivery(row ?? delivery, { type: 'resend' }, clock())
      return { next, events: [], quiet: true }
    })
    say(`${id} is sent again to ${client.id}, for a day if need be.`)
  })
}

function deliveryJson(delivery: Delivery): object {
  const { id, event, client, subject, state, tries, why } = delivery
  return {
    id,
    event,
    client,
    subject,
    state: stateWords[state],
    tries,
    why,
    at: isoTime(delivery.at),
    next_try_at: isoTime(delivery.nextTryAt),
    updated_at: isoTime(delivery.updatedAt),
  }
}

/** When it happened, id, event, client, state with its times, why. */
function cellsOf(delivery: Delivery): string[] {
  const { id, event, client, state, tries, nextTryAt, updatedAt, at, why } = delivery
  const times = tries === 1 ? '1 try' : `${tries} tries`
  const when = nextTryAt === null ? timeOf(updatedAt) : `next ${timeOf(nextTryAt)}`
  return [timeOf(at), id, event, client, `${stateWords[state]}, ${times}, ${when}`, why ?? '']
}
