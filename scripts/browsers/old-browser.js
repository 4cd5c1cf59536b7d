// Runs in browsers of any age, before the page's own module: says which browsers the page works in where
// this one is too old for it. Written as browsers of 2010 read it; FLOOR_KO and FLOOR_EN are put in by
// old-browser.ts. Style and text are set by the DOM, as the security policies allow nothing else.
;(function () {
  function has(property, value) {
    return Boolean(window.CSS && CSS.supports && CSS.supports(property, value))
  }

  /** What the pages cannot do without; the first version that has it: Chromium, Safari, Firefox. */
  function isNewEnough() {
    return (
      'noModule' in document.createElement('script') &&
      // 105, 16, 110
      has('container-type', 'inline-size') &&
      // 73, 16.4, 101
      'adoptedStyleSheets' in document &&
      // 93, 15.4, 92
      'hasOwn' in Object
    )
  }

  function paragraph(language, text) {
    var made = document.createElement('p')
    made.lang = language
    made.style.cssText = 'margin: 0 auto 1.5em; max-width: 30em'
    made.appendChild(document.createTextNode(text))
    return made
  }

  function say() {
    var box = document.createElement('div')
    box.id = 'old-browser'
    box.setAttribute('role', 'main')
    box.style.cssText = 'padding: 15vh 24px 24px; font: 20px/1.6 sans-serif; color: #0b1f2a'
    box.appendChild(
      paragraph(
        'ko',
        '이 브라우저는 너무 오래되어 이 화면을 보여 드릴 수 없습니다. 브라우저를 업데이트하거나 다음 버전 이상을 사용해 주세요: FLOOR_KO.',
      ),
    )
    box.appendChild(
      paragraph(
        'en',
        'This browser is too old for this screen. Please update it, or use one of these versions or newer: FLOOR_EN.',
      ),
    )
    // The page's own element goes before its module could give it life.
    while (document.body.firstChild) document.body.removeChild(document.body.firstChild)
    document.body.appendChild(box)
  }

  if (!isNewEnough()) say()
  else if (window.addEventListener) {
    window.addEventListener('error', function (event) {
      if (event.error instanceof SyntaxError) say()
    })
  }
})()
