/** Two soft notes, in Hz; again after so long, in milliseconds. */
const notes = [660, 880]
const again = 4_000

/** A sound that goes on until it is told not to. Browsers want the page to be touched before. */
export class Chime {
  #context: AudioContext | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    const touch = () => {
      this.#context ??= new AudioContext()
      this.#context.resume().catch(() => {})
    }
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, touch, { once: true })
  }

  get canSound(): boolean {
    return this.#context?.state === 'running'
  }

  set isOn(isOn: boolean) {
    if (isOn === (this.#timer !== undefined)) return
    clearInterval(this.#timer)
    this.#timer = isOn ? setInterval(this.#play, again) : undefined
    if (isOn) this.#play()
  }

  #play = (): void => {
    const context = this.#context
    if (context?.state !== 'running') return
    for (const [index, frequency] of notes.entries()) {
      const begin = context.currentTime + index * 0.25
      const tone = new OscillatorNode(context, { frequency })
      const volume = new GainNode(context)
      // Without a slope it would click.
      volume.gain.setValueAtTime(0.15, begin)
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.5)
      tone.connect(volume).connect(context.destination)
      tone.start(begin)
      tone.stop(begin + 0.5)
    }
  }
}
