/** Two soft notes, in Hz; again after so long, in milliseconds. */
const notes = [660, 880]
const again = 4_000

/** A sound that goes on until it is told not to. Browsers want the page to be touched before. */
export class Chime {
  #context: AudioContext | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param touched it can be heard from now on. */
  constructor(touched: () => void) {
    const touch = () => {
      this.#context ??= new AudioContext()
      void this.#context.resume().then(touched, () => {})
    }
    addEventListener('pointerdown', touch, { once: true })
    addEventListener('keydown', touch, { once: true })
  }

  get canSound(): boolean {
    return this.#context?.state === 'running'
  }

  set isOn(isOn: boolean) {
    if (isOn === (this.#timer !== undefined)) return
    clearInterval(this.#timer)
    this.#timer = isOn ? setInterval(() => this.#play(), again) : undefined
    if (isOn) this.#play()
  }

  #play(): void {
    if (!this.#context || !this.canSound) return
    for (const [index, frequency] of notes.entries()) {
      const begin = this.#context.currentTime + index * 0.25
      const tone = this.#context.createOscillator()
      const volume = this.#context.createGain()
      tone.frequency.value = frequency
      // Without a slope it would click.
      volume.gain.setValueAtTime(0.15, begin)
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.5)
      tone.connect(volume).connect(this.#context.destination)
      tone.start(begin)
      tone.stop(begin + 0.5)
    }
  }
}
