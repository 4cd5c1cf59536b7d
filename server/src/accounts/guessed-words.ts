/**
 * What many people here make passwords of and the library's lists lack, the likeliest first: Korean words and
 * names as they come out of an English keyboard, or in Roman letters, and what a gate is tried with.
 * Lower case, without spaces.
 */
export const guessedWords: readonly string[] = `
  tkfkdgo tkfkdgody tkfkdgkqslek tkfkd tkatjd saranghae saranghaeyo sarang dkssud dkssudgktpdy
  qlalfqjsgh qkqh qkqhqkqh gksrnr eogksalsrnr alsrnr eogks zkzkdhxhr spdlqj kakao kakaotalk naver
  samsung tkfkdgksek tkfkdgkqtlek tkfkdtkfkd dkgkgk gkgkgk rkskek rkskekfk qwer asdf
  비밀번호 사랑해 사랑해요 사랑합니다 안녕하세요 대한민국 우리나라 열려라참깨 가나다라 가나다라마바사 아자차카타파하 바보
  dlrjanj gkdl gkdlgkdl gkrryrkwk dlswmd rkaehd qkdansrkr ahffk ahffkdy ahffkdyd fhrmdls whdgkrwk apfhd
  gksmf gkdlxld ghkdlxld rhaqor thsu dkfkqldb dndbqkd wnsqlqjsgh qlqjs dkagh qlalf rhksfl rhksflwk
  alswl wldms wjddk dbwls tjdus wldnjs tnwl gudfks wldud alsrud tpdms dmsdud tnqls cothd thdgml
  alswns alsdn wnsgh wlgns tjdgns gusdn guswns tjdwls tjdgus tjdals qudwls ehdgus wodnjs tlgus
  dudals ehddnr wkddmswl thdgpry dbwj sarangi annyeong annyeonghaseyo daehanminguk hanguk hangook
  corea korea seoul busan incheon daegu daejeon gwangju dokdo hwaiting fighting oppa minsu jiyoung
  minji jihoon minjun seoyeon gangnam hyundai kimchi taekwondo bimilbeonho
  qrcode qrgate kiosk checkin reception welcome login admin superadmin superuser rockyou visitor
  clinic hospital library 2002worldcup 27182818 31415926 5201314 5201314520 !qaz@wsx admin@123
`
  .trim()
  .split(/\s+/)
