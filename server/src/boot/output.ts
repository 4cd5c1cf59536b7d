/** What {@link outliveOutput} has seen is dealt with. */
export function passOverOutput(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.syscall !== 'write') throw error
}

/**
 * Whoever reads may have seen enough, as `head` does; what is being done is done to its end. Where it
 * cannot be written for another reason, as on a full disk, nobody must take it for whole.
 */
export function outliveOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return
    process.exitCode = 1
    process.stderr.write(`qrgate: the output cannot be written (${code}).\n`)
  })
}
