import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Whole seconds until something happens by itself; holds a timer only while it runs. */
export class Countdown implements ReactiveController {
  left = 0
  readonly #host: ReactiveControllerHost
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  start(seconds: number, then: () => void): void {
    this.stop()
    const end = performance.now() + seconds * 1000
    this.#show(seconds)
    this.#timer = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000)
      if (left > 0) return this.#show(left)
      this.stop()
      then()
    }, 200)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.left = 0
  }

  hostDisconnected(): void {
    this.stop()
  }

  #show(left: number): void {
    if (left === this.left) return
    this.left = left
    this.#host.requestUpdate()
  }
}
