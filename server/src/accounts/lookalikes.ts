/**
 * Characters that look like another one, after UTS #39 §4 (confusables): for every shape the others
 * that have it. Small and capital letters are told apart, because only some of both look alike.
 * Compatibility forms are missing, as no id may hold any.
 */
const shapes: Readonly<Record<string, string>> = {
  a: 'ɑαаΑА',
  b: 'ƅьΒВЬ',
  c: 'ᴄϲсϹС',
  d: 'ԁժ',
  e: 'еҽΕЕ',
  f: 'ƒϝք',
  g: 'ɡցԌ',
  h: 'һհΗНҺ',
  i: 'ıιіɩ',
  j: 'ϳјյЈ',
  k: 'кκΚК',
  l: '1I|ǀӏΙІӀ۱ןاו',
  m: 'ΜМ',
  n: 'ոпΝ',
  o: '0ᴏοоօסهΟОՕ〇०০੦૦௦౦೦൦๐໐',
  p: 'ρрΡР',
  q: 'ԛգզԚ',
  r: 'гᴦ',
  s: 'ꜱѕЅՏ',
  t: 'тτΤТ',
  u: 'ᴜυսՍ',
  v: 'ᴠνѵѴ',
  w: 'ᴡԝաԜ',
  x: 'хχΧХ',
  y: 'ɣγуүΥУҮ',
  z: 'ᴢΖ',
  G: 'Ԍ',
  L: 'Լ',
  rn: 'mм',
  '3': 'зЗӠʒ',
  '6': 'б',
  "'": '`',
  "''": '"',
  ロ: '口',
  ニ: '二',
  カ: '力',
  エ: '工',
  ハ: '八',
  タ: '夕',
  ト: '卜',
  一: 'ー',
}

const shapeOf = new Map(
  Object.entries(shapes).flatMap(([shape, others]) => [...others].map(other => [other, shape])),
)

/** What a text looks like; texts that a person would take for each other have the same. */
export function skeletonOf(text: string): string {
  const shaped = Array.from(text.normalize('NFD'), letter => shapeOf.get(letter) ?? letter)
  // A second dot on an i cannot be seen.
  return shaped
    .join('')
    .toLowerCase()
    .normalize('NFD')
    .replace(/([ij])\u0307/g, '$1')
}
