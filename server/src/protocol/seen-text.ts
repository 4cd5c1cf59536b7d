/** What nobody sees, what breaks a line and what turns the direction of writing, as part of a `[…]` with flag `u`. */
export const unseen = '\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800'

/** Something that is drawn must stand in it. */
export const showsSomething = '(?=.*[\\p{L}\\p{N}\\p{P}\\p{S}])'

/**
 * One sign that nobody sees at the end of a text: white space, what a font ignores, marks of annotation,
 * an empty cell of Braille. Not what turns letters round: that is seen in the letters. With flag `v`.
 */
export const invisible =
  '[[\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb\\u2800]--[\\u202d\\u202e]]'
