/**
 * Causes that people can mend, by what npm and Node call them.
 * @type {[codes: RegExp, words: string][]}
 */
const causes = [
  [
    /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EPROTO)\b/,
    'npm’s registry cannot be reached',
  ],
  [/\b(ENOTCACHED)\b/, 'npm is told to be offline, and has not kept all packages'],
  [
    /\b(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+)\b/,
    'the certificate of npm’s registry is not trusted here (npm’s `cafile`)',
  ],
  [/\b(E401|E403|E407|ENEEDAUTH)\b/, 'npm’s registry does not let this user in'],
  [/\b(E404|ETARGET)\b/, 'npm’s registry does not have a package'],
  [/\b(E429|E5\d\d)\b/, 'npm’s registry does not answer now'],
  [/\b(EINTEGRITY)\b/, 'npm’s registry sent a package other than the locked one'],
  [/\b(ENOSPC|EDQUOT)\b/, 'the disk is full'],
  [/\b(EACCES|EPERM|EROFS)\b/, 'npm may not write where it has to'],
]

/**
 * Why `npm ci` failed, and what to do.
 * @param {string} said npm's standard error.
 * @returns {string | undefined} a sentence; undefined where npm's own words say more.
 */
export function npmFailure(said) {
  // Packages have such words in their names and in addresses; npm's codes stand behind one of these.
  const codes = [
    ...said.matchAll(/\b(?:code|errno|reason:.*?|error:.*?)\s+(E?[A-Z][A-Z\d_]{3,})\b/g),
  ]
  const text = codes.map(([, code]) => code).join(' ')
  for (const [pattern, words] of causes) {
    const [, code] = pattern.exec(text) ?? []
    if (code)
      return `Packages cannot be installed: ${words} (${code}). Start again once that is mended.`
  }
  return undefined
}
