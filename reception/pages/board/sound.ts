import type { Language } from '../look/language.ts'

const key = 'reception-board-sound'
/** Two soft notes, a third apart: Hz, and seconds after which each begins. */
const notes = [
  [659.3, 0],
  [523.3, 0.45],
] as const
const chimeMs = 1_300
/** Some browsers never say that a voice has ended. */
const longestVoiceMs = 12_000
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** Chime and voice, which a browser lets out after a tap only; that somebody wanted them is kept. */
export class BoardSound {
  #context: AudioContext | undefined

  /** Heard without a tap where the browser allows it: `--autoplay-policy=no-user-gesture-required`. */
  constructor() {
    if (localStorage.getItem(key) === 'on') this.#context = new AudioContext()
  }

  get isOn(): boolean {
    return this.#context?.state === 'running'
  }

  /** Called from a tap. */
  async turnOn(): Promise<void> {
    localStorage.setItem(key, 'on')
    this.#context ??= new AudioContext()
    await this.#context.resume()
  }

  /** Chimes and speaks; resolves when both are over. */
  async say(text: string, language: Language): Promise<void> {
    const context = this.#context
    if (!context || !this.isOn) return
    for (const [frequency, after] of notes) {
      const note = new OscillatorNode(context, { frequency })
      const volume = new GainNode(context, { gain: 0 })
      const start = context.currentTime + after
      volume.gain.setValueAtTime(0, start)
      volume.gain.linearRampToValueAtTime(0.25, start + 0.02)
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.85)
      note.connect(volume).connect(context.destination)
      note.start(start)
      note.stop(start + 0.9)
    }
    await pause(chimeMs)
    await Promise.race([this.#speak(text, language), pause(longestVoiceMs)])
  }

  async #speak(text: string, language: Language): Promise<void> {
    const voice = speechSynthesis.getVoices().find(({ lang }) => lang.startsWith(language))
    if (!voice) return
    const utterance = Object.assign(new SpeechSynthesisUtterance(text), {
      voice,
      lang: voice.lang,
      rate: 0.9,
    })
    await new Promise<void>(resolve => {
      utterance.onend = utterance.onerror = () => resolve()
      speechSynthesis.speak(utterance)
    })
  }
}
