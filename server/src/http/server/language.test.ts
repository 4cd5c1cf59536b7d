import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negotiatedLanguage } from './language.ts'

const asked: Record<'ko' | 'en', (string | undefined)[]> = {
  ko: [
    'ko',
    'ko-KR',
    'KO-kr,en;q=0.9',
    'fr;q=0.9, ko;q=0.8, en;q=0.7',
    'en;q=0.1,ko;q=0.2',
    'en ; q=0.5 , ko ; q=0.6',
    'zh-CN,zh;q=0.9,ko;q=0.8',
    'en;q=0,ko',
    'en;q=0, *;q=0.5',
    'en;Q=0.1, ko-Kore-KR',
    'en;q=0.5, ko;q=0.50, ko;q=0.9',
    'kor',
    'kor-KR,en;q=0.9',
    '*;q=0.1, ko;q=0.2',
    '*, en;q=0.1',
    'ko, *',
    'en;q=0, *, ko;q=0.1',
  ],
  en: [
    undefined,
    '',
    'en',
    'en-GB,ko;q=0.9',
    'fr',
    'fr, *;q=0.5',
    'kok, kok-IN;q=0.9',
    'kog, enr',
    'korea',
    '*',
    '*,ko;q=0.1',
    'ko;q=0.1, *;q=0.2',
    'eng, ko;q=0.9',
    'ko;q=0',
    'ko;q=0.000, fr',
    'ko;q=0.3, en;q=0.9',
    'ko;q=0.2, en-US;q=0.3',
    // Not a weight, so not a wish.
    'ko;q=2, en;q=0.1',
    'ko;q=x',
    'ko_KR',
    ';;,,;q=1',
    `${'x,'.repeat(8_000)}en`,
  ],
}

test('N31: the language is what the browser asks for most, by weight and then by order', () => {
  for (const lang of ['ko', 'en'] as const) {
    for (const header of asked[lang]) assert.equal(negotiatedLanguage(header), lang, header)
  }
})
