/** How long a hidden tab, where no frames come, waits at most, in milliseconds. */
const HIDDEN_DELAY = 100;

/** Runs a task at the next frame, however often it is asked for; in a hidden tab soon, by a timer. */
export class FrameSchedule {
  readonly #window: Window;
  readonly #task: () => void;
  #frame: number | null = null;
  #timer: number | null = null;

  /** @param task runs once for all requests since it last ran; it must not throw */
  constructor(window: Window, task: () => void) {
    this.#window = window;
    this.#task = task;
  }

  /** Asks for the task to run. */
  request(): void {
    if (this.#frame !== null) return;
    this.#frame = this.#window.requestAnimationFrame(this.#run);
    this.#timer = this.#window.setTimeout(this.#run, HIDDEN_DELAY);
  }

  /** Forgets what was asked for. */
  cancel(): void {
    if (this.#frame !== null) this.#window.cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) this.#window.clearTimeout(this.#timer);
    this.#frame = null;
    this.#timer = null;
  }

  readonly #run = () => {
    this.cancel();
    this.#task();
  };
}
