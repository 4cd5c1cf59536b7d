import { alarmFor, type Turn } from './turn.ts'

/** Tells the visitor by sound and vibration when their turn comes; the page itself counts. */
export interface Alarm {
  turned(before: Turn, after: Turn): void
}

/** Three times two notes for "come in", once for "soon"; frequencies in Hz. */
const notes = [880, 1320]
const noteLasts = 0.18
const patterns = { called: 3, soon: 1 } as const

/** Offers it where the phone can do either; both want a tap first. */
export function offerAlarm(): Alarm {
  const canVibrate = 'vibrate' in navigator
  const canSound = 'AudioContext' in window
  let sound: AudioContext | undefined
  let isOn = false

  const ring = (times: number) => {
    if (canVibrate) navigator.vibrate(Array.from({ length: times }, () => [300, 150]).flat())
    if (!sound) return
    // A phone that was locked has put it to sleep.
    sound.resume().catch(() => {})
    for (let time = 0; time < times; time += 1) play(sound, time * 0.6)
  }

  const show = () => {
    const part = document.querySelector<HTMLElement>('[data-part="alarm"]')
    if (!part || !(canVibrate || canSound)) return
    part.hidden = false
    part.querySelector('[data-alarm]')?.setAttribute('aria-checked', `${isOn}`)
  }

  show()
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || !target.closest('[data-alarm]')) return
    isOn = !isOn
    show()
    if (!isOn) return
    if (canSound) sound ??= new AudioContext()
    // Lets the visitor hear how it will sound.
    ring(1)
  })

  return {
    turned(before, after) {
      show()
      const which = isOn ? alarmFor(before, after) : null
      if (which !== null) ring(patterns[which])
    },
  }
}

/** @param after in seconds from now. */
function play(sound: AudioContext, after: number): void {
  for (const [at, frequency] of notes.entries()) {
    const begin = sound.currentTime + after + at * noteLasts
    const tone = sound.createOscillator()
    const volume = sound.createGain()
    tone.frequency.value = frequency
    // Without a slope it would click.
    volume.gain.setValueAtTime(0.4, begin)
    volume.gain.exponentialRampToValueAtTime(0.01, begin + noteLasts)
    tone.connect(volume).connect(sound.destination)
    tone.start(begin)
    tone.stop(begin + noteLasts)
  }
}
