/**
 * What only whoever runs the gate can put right: a missing setting, a file that cannot be read, a
 * kiosk that does not exist. The message says what is wrong and what would be right; a command prints
 * it and ends with 1, without a stack.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
}
