/** How long nothing must have happened before the texts are compared, in milliseconds. */
const IDLE_AFTER = 2_000;
/** At most so often are the whole texts compared, in milliseconds; their lengths every time. */
const FULL_EVERY = 30_000;

/** Calls for a comparison of editor and document whenever work has paused: the lengths, and now and then every character. */
export class DriftCheck {
  readonly #window: Window;
  readonly #compare: (full: boolean) => void;
  #timer: number | null = null;
  #touched = 0;
  #lastFull = 0;

  constructor(window: Window, compare: (full: boolean) => void) {
    this.#window = window;
    this.#compare = compare;
    this.#lastFull = Date.now();
  }

  /** Something changed: look again once it is quiet. */
  touch(): void {
    this.#touched = Date.now();
    this.#timer ??= this.#window.setTimeout(this.#tick, IDLE_AFTER);
  }

  /** Stops for good. */
  destroy(): void {
    if (this.#timer !== null) this.#window.clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #tick = () => {
    this.#timer = null;
    const now = Date.now();
    const quiet = now - this.#touched;
    if (quiet < IDLE_AFTER) {
      this.#timer = this.#window.setTimeout(this.#tick, IDLE_AFTER - quiet);
      return;
    }
    const dueIn = this.#lastFull + FULL_EVERY - now;
    if (dueIn <= 0) this.#lastFull = now;
    // One full look follows the last change, even if nothing happens any more.
    else this.#timer = this.#window.setTimeout(this.#tick, dueIn);
    this.#compare(dueIn <= 0);
  };
}
