import type { Delivery } from '../protocol/delivery.ts'
import type { Changed, Decide } from './change.ts'

/** What clients are to be told, and what became of it. The log tells nothing of it. */
export interface DeliveryRecords {
  /** Adds those that are not there yet, by their ids: whoever adds again what was added changes nothing. */
  add(deliveries: readonly Delivery[]): Promise<void>
  read(id: string): Promise<Delivery | null>
  /** The one way to change a delivery: concurrent changes happen one after the other, on one node or many. */
  update(id: string, decide: Decide<Delivery>): Promise<Changed<Delivery>>
  /**
   * What is to be sent by now, the one that waits longest first. Of one client and subject it is only the
   * oldest open one, as long as that is open: what nobody takes stops only its own subject.
   * @param except clients to which enough is under way already.
   */
  due(now: number, limit: number, except: readonly string[]): Promise<DueDelivery[]>
  /** The latest event first. */
  find(query: DeliveryQuery, limit: number): Promise<Delivery[]>
  /** Gives up all that is open for a client; returns how many. */
  giveUp(client: string, why: string, now: number): Promise<number>
  /** Ids of open ones that were changed after the given time. */
  changedAfter(time: number, limit: number): Promise<string[]>
  /** Removes what was delivered or given up before the given time; returns how many. */
  purge(overBefore: number, limit: number): Promise<number>
}

export type DueDelivery = Pick<Delivery, 'id' | 'client'>

/** What to look for; whatever is left out does not matter. */
export interface DeliveryQuery {
  client?: string
  state?: Delivery['state']
}
