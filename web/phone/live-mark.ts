/** Says beside the place whether what is seen is what is so, or of when it is. */
export interface LiveMark {
  readonly isLost: boolean
  /** The gate has answered. */
  good(): void
  /** It cannot be reached. */
  lost(): void
  /** Somebody looks at the page again: what it has heard may be old. */
  doubt(): void
  /** Nothing follows any more, so there is nothing to be up to date with. */
  over(): void
}

/** What was heard longer ago is not live, in milliseconds: more than the longest wait for an answer. */
const goodFor = 45_000

export function liveMark(): LiveMark {
  const mark = document.querySelector<HTMLElement>('[data-live]')
  const live = mark?.textContent ?? ''
  let lastGood = new Date()
  let isLost = false

  const show = () => {
    if (!mark) return
    const time = lastGood.toLocaleTimeString(document.documentElement.lang, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    mark.textContent = isLost ? (mark.dataset.asOf ?? '').replace('{time}', time) : live
    mark.classList.toggle('lost', isLost)
  }

  /** It says when it was lost, however long that goes on. */
  const lost = () => {
    isLost = true
    show()
  }

  if (mark) mark.hidden = false
  return {
    get isLost() {
      return isLost
    },
    good() {
      lastGood = new Date()
      isLost = false
      show()
    },
    lost,
    over() {
      mark?.remove()
    },
    doubt() {
      if (Date.now() - lastGood.getTime() > goodFor) lost()
    },
  }
}
