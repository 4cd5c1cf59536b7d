/** What nobody sees, what breaks a line and what turns the direction of writing, as part of a `[…]` with flag `u`. */
export const unseen = '\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800'

/** Something that is drawn must stand in it. */
export const showsSomething = '(?=.*[\\p{L}\\p{N}\\p{P}\\p{S}])'
