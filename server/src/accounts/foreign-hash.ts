/*
 * What other systems keep in place of a password, told apart for whoever imports it and wants to know
 * why somebody was left out. None of it is ever said itself.
 */

/** By how it begins, or by what it is made of; the first that fits. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^\$2[abxy]?\$/, 'a bcrypt hash that is not whole, or of a variant that is not taken'],
  [/^\$argon2id\$/, 'an argon2id hash that is not whole, or not of version 19'],
  [/^\$?argon2[di]?\$/, 'an argon2i or argon2d hash'],
  [/^(\$pbkdf2|pbkdf2[_:]|\{pbkdf2)/i, 'a PBKDF2 hash'],
  [/^(\$scrypt\$|scrypt[:$]|\$7\$|\{scrypt)/i, 'a scrypt hash'],
  [/^\$(5|6|y|1|apr1|gy)\$/, 'a crypt hash of Unix'],
  [/^\$[PHS]\$/, 'a phpass hash'],
  [/^(argon2|bcrypt(_sha256)?)\$/, 'a hash of Django’s'],
  [/^\{S?(MD5|SHA\d*)\}/i, 'a hash of LDAP’s'],
  [/^(s?ha\d+|md5|sha256|sha1)[$:]/i, 'a fast hash'],
  [/^\*[\dA-F]{40}$/i, 'a hash of MySQL’s'],
  [/^(0x)?[\da-f]{128}$/i, 'a SHA-512 hash'],
  [/^(0x)?[\da-f]{64}$/i, 'a SHA-256 hash'],
  [/^(0x)?[\da-f]{40}$/i, 'a SHA-1 hash'],
  [/^(0x)?[\da-f]{32}$/i, 'an MD5 hash'],
]

/** What a text is that was kept in place of a password; undefined where it is none that is known. */
export function foreignHashKind(text: string): string | undefined {
  return kinds.find(([pattern]) => pattern.test(text))?.[1]
}

/** Why an account cannot be taken over. @param hash none that can be verified here. */
export function whyNoHash(hash: string | undefined): string {
  if (hash === undefined || hash === '') return 'there is no password hash'
  const kind = foreignHashKind(hash) ?? 'no hash that is known here, and may be a password itself'
  return `its password is ${kind}; only bcrypt and argon2id are taken`
}
