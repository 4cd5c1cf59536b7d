/** One of those who watch the same thing by a ticket that everybody in the room can read. */
export interface Bystander {
  network: string
  /** It has not answered the last ping. */
  silent: boolean
}

/** So many may watch one ticket: the waiting screen, its dead connections, and whoever is curious. */
export const mostInCrowd = 8
/** The first of a network are not pushed off by others of it: a screen, and who looks after it. */
const settled = 3

/**
 * Who has to go when one too many watches by the same ticket. The waiting screen and a photographer look
 * alike, so a newcomer always stays: whoever it was, the screen gets back in, however often.
 *
 * One goes of the network that holds most: who did not answer the last ping, else anybody but the first
 * ones of it, of which one may well be the screen. By chance, as a screen that was away has come last:
 * whoever comes on and on from its own network would otherwise push it off each time.
 * @param crowd in the order of their coming, the newcomer last.
 * @param random from 0 to 1.
 */
export function leaverOf<Member extends Bystander>(
  crowd: readonly Member[],
  random = Math.random,
): Member | undefined {
  const others = crowd.slice(0, -1)
  const size = ({ network }: Member) => crowd.filter(other => other.network === network).length
  const most = Math.max(...others.map(size))
  const candidates = others.filter(member => size(member) === most)
  const silent = candidates.find(({ silent }) => silent)
  if (silent) return silent
  const isSettled = (member: Member) =>
    candidates.filter(({ network }) => network === member.network).indexOf(member) < settled
  const later = candidates.filter(member => !isSettled(member))
  const leavers = later.length > 0 ? later : candidates
  return leavers[Math.floor(random() * leavers.length)]
}
