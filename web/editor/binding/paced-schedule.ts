import { FrameSchedule } from './frame-schedule.ts';

/** The task and the frame that shows its result rest for this many times as long as they took. */
const REST_FACTOR = 7;

/** The longest rest, in milliseconds: what others write still seems to come at once. */
const LONGEST_REST = 100;

/**
 * Runs a task in frames, with rests in proportion to what it costs: at every frame while little happens, a few times a
 * second in a crowd or on a slow machine. So what others do never takes more than an eighth of the page's time, and the rest
 * is for anyone who types here.
 */
export class PacedSchedule {
  readonly #window: Window;
  readonly #task: () => void;
  readonly #frame: FrameSchedule;
  #timer: number | null = null;
  #isRequested = false;
  #restUntil = 0;
  /** Until when the task may go behind what was typed here. */
  #yieldsUntil = 0;
  #yields = false;

  /** @param task runs once for all requests since it last ran; it must not throw */
  constructor(window: Window, task: () => void) {
    this.#window = window;
    this.#task = task;
    this.#frame = new FrameSchedule(window, () => this.#run());
  }

  /** Asks for the task to run. */
  request(): void {
    if (this.#isRequested) return;
    this.#isRequested = true;
    const now = performance.now();
    this.#yieldsUntil = Math.max(now, this.#restUntil) + LONGEST_REST;
    if (now >= this.#restUntil) {
      this.#frame.request();
    } else {
      this.#timer = this.#window.setTimeout(() => this.#frame.request(), this.#restUntil - now);
    }
  }

  /** Lets the next frame pass without the task, since it shows what was typed here. Fast typing does not put it off for ever. */
  yieldFrame(): void {
    this.#yields = this.#isRequested;
  }

  /** Forgets what was asked for. */
  cancel(): void {
    this.#frame.cancel();
    if (this.#timer !== null) this.#window.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isRequested = false;
  }

  #run(): void {
    const began = performance.now();
    const yields = this.#yields && began < this.#yieldsUntil;
    this.#yields = false;
    if (yields) {
      this.#frame.request();
      return;
    }
    this.#isRequested = false;
    this.#timer = null;
    const rest = () => {
      const now = performance.now();
      this.#restUntil = now + Math.min(LONGEST_REST, (now - began) * REST_FACTOR);
    };
    this.#task();
    rest();
    // The next task of the page follows the layout and the painting of this frame.
    this.#window.setTimeout(rest, 0);
  }
}
