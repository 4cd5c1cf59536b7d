/**
 * True where two types have the same fields, at every depth; false where one has a field more, even
 * an optional one, or a field of another type.
 */
export type Same<A, B> = [A, Filled<A>] extends [B, Filled<B>]
  ? [B, Filled<B>] extends [A, Filled<A>]
    ? true
    : false
  : false

/** Without it, a type that lacks an optional field would pass for one that has it. */
type Filled<T> = T extends readonly (infer Item)[]
  ? Filled<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Filled<T[Key]> }
    : T
