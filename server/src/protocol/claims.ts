/**
 * What a client may be told of who signed in, besides the pairwise `sub`. The order is the one in which
 * a page names them.
 */
export const claimNames = ['masked_name', 'name', 'account_id', 'external_id'] as const

export type ClaimName = (typeof claimNames)[number]

/** The claims among these words, in their order, each once; what a newer gate knows is left out. */
export function knownClaims(words: readonly string[]): ClaimName[] {
  return claimNames.filter(claim => words.includes(claim))
}

/** Claims as a row keeps them: joined by spaces. */
export function claimsToText(claims: readonly ClaimName[]): string {
  return claims.join(' ')
}

/** The opposite of {@link claimsToText}. */
export function claimsFromText(text: string): ClaimName[] {
  return knownClaims(text.split(' '))
}
