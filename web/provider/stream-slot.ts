/**
 * How many tabs of a browser keep a request open at a time. A browser allows six to one host where the way there is HTTP/1.1; the two
 * that are left carry what people write, and the pages themselves.
 */
export const STREAM_SLOTS = 4;

/** As much of Web Locks as is used here. */
export type Locks = Pick<LockManager, 'request' | 'query'>;

export interface StreamSlotOptions {
  /** Web Locks, which all tabs of an origin share; null where there are none. */
  readonly locks: Locks | null;
  /** Whether nobody looks at the page. */
  readonly isHidden: () => boolean;
  /** There is one now, after there was none. */
  readonly granted: () => void;
}

/**
 * The right of this tab to keep a request open, one of four that all tabs of the browser share. Who has none asks from time to time
 * instead. A tab that nobody looks at keeps its slot for as long as no other wants it.
 */
export class StreamSlot {
  readonly #options: StreamSlotOptions;
  readonly #ended = new AbortController();
  /** Null as well once the browser has refused them: Firefox where storage is blocked, all of them in a sandboxed frame. */
  #locks: Locks | null;
  /** The slot that this tab has, and how to give it back. */
  #held: { readonly name: string; readonly release: () => void } | null = null;
  #waits = false;

  constructor(options: StreamSlotOptions) {
    this.#options = options;
    this.#locks = options.locks;
  }

  get isHeld(): boolean {
    return this.#locks === null ? !this.#options.isHidden() : this.#held !== null;
  }

  /** Takes a slot if one is free; otherwise, for a page that is looked at, waits in line for one. */
  async take(): Promise<void> {
    for (let slot = 1; slot <= STREAM_SLOTS; slot += 1) {
      if (this.#locks === null || this.#held !== null) return;
      if (await this.#request(this.#locks, nameOf(slot), { ifAvailable: true })) return;
    }
    const locks = this.#locks;
    if (locks === null || this.#options.isHidden() || this.#waits) return;
    this.#waits = true;
    const { held, pending } = await locks.query();
    const waiting = (name: string) => (pending ?? []).filter((lock) => lock.name === name).length;
    const names = (held ?? []).map(({ name }) => name ?? '').filter((name) => name.startsWith(PREFIX));
    const [shortest] = names.sort((a, b) => waiting(a) - waiting(b));
    void this.#request(locks, shortest ?? nameOf(1), { signal: this.#ended.signal }).then((isGranted) => {
      this.#waits = false;
      if (isGranted) this.#options.granted();
    });
  }

  /** Gives the slot to a tab that waits for it, if nobody looks at this one. Says whether it did. */
  async yieldToOthers(): Promise<boolean> {
    const held = this.#held;
    const locks = this.#locks;
    if (locks === null || held === null || !this.#options.isHidden()) return false;
    const { pending } = await locks.query();
    if (pending?.some(({ name }) => name === held.name) !== true) return false;
    this.#release();
    return true;
  }

  /** Gives it back, and takes none any more. */
  end(): void {
    this.#ended.abort();
    this.#release();
  }

  #release(): void {
    this.#held?.release();
    this.#held = null;
  }

  /** Resolves when the slot is had, or will not be. */
  #request(locks: Locks, name: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const keep = (lock: Lock | null) => {
        if (lock === null || this.#ended.signal.aborted || this.#held !== null) {
          resolve(false);
          return undefined;
        }
        return new Promise<void>((release) => {
          this.#held = { name, release };
          resolve(true);
        });
      };
      locks.request(name, options, keep).catch((error: unknown) => {
        // Rejected by the end of this tab's wait, too.
        if (error instanceof DOMException && error.name === 'SecurityError') this.#locks = null;
        resolve(false);
      });
    });
  }
}

const PREFIX = 'coscribe-stream-';

function nameOf(slot: number): string {
  return PREFIX + slot;
}
