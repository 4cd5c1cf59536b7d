import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

const phone = ['server/src/http/phone/words-ko.ts', 'server/src/http/phone/words-en.ts']
const everywhere = [
  ...phone,
  'sdk/src/words.ts',
  'sdk/src/service-words.ts',
  'web/kiosk/words.ts',
  'web/demo/words.ts',
  'server/src/http/demo/try-page.ts',
  'server/src/http/kiosk/enrol-page.ts',
  'server/src/http/server/sentences.ts',
  'reception/pages/board/words.ts',
  'reception/pages/desk/words.ts',
  'reception/pages/day/day-page.ts',
  'reception/pages/look/how-to-open.ts',
]

/** What a screen does not say, and the word that it says instead. */
const wrong: [said: RegExp, right: string, files?: string[]][] = [
  [/적어|적고/, '입력해 주세요'],
  [/십시오|십니까/, '해 주세요, 신가요?'],
  [/QR ?코드/, 'QR'],
  [/스캔/, '비추기'],
  [/고르기|고릅|고른/, '선택'],
  [/리셉션|접수 데스크|호출 화면/, '접수대, 대기 현황판'],
  [/'[^']*서비스/, '업무'],
  [/잠시 뒤/, '잠시 후'],
  [/다시 시작합니다/, '자동으로 계속됩니다'],
  // There it would be the phone's own screen.
  [/화면의 (새 )?QR|화면의 코드|이 화면/, '키오스크의 QR, 이 페이지', phone],
  // But where a tap is all that is asked for, and `승인` is the other answer.
  [/거절(?!되었|'|해 주세요)/, '본인이 아닙니다', phone],
  [/\b(this|the) screen\b/i, 'the kiosk, this page', phone],
  [/\btype (a|the|this) code/i, 'enter'],
  [/\bsomebody\b|\boperator\b/i, 'someone, administrator', phone],
  [/\bby itself\b/, 'automatically'],
  [/First screen/i, 'Start over'],
  [/\bsigns\b(?! you)/, 'symbols'],
  [/'ID'/, 'User ID'],
  [/\} s[ .`']/, 'seconds'],
]

for (const [said, right, files = everywhere] of wrong) {
  test(`N44: ${right}, and never ${said.source}`, () => {
    for (const file of files) {
      const lines = read(file).split('\n')
      const words = lines.filter(line => !/^\s*(\/\/|\/?\*)/.test(line))
      assert.deepEqual(
        words.filter(line => said.test(line)),
        [],
        file,
      )
    }
  })
}
