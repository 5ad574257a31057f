interface TabMessage {
  readonly version: 1;
  readonly epoch: string | null;
  readonly update: Uint8Array;
}

/**
 * Carries edits between the tabs of one browser while they have no connection. Messages name the epoch of the document,
 * so that tabs that hold different lives of it never mix them (SYN-5).
 */
export class TabChannel {
  readonly #channel: BroadcastChannel;

  /** Opens the channel, or returns null where the browser has none or forbids it (a sandboxed frame). */
  static open(name: string, received: (update: Uint8Array, epoch: string | null) => void): TabChannel | null {
    if (typeof BroadcastChannel === 'undefined') return null;
    try {
      return new TabChannel(new BroadcastChannel(name), received);
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  }

  constructor(channel: BroadcastChannel, received: (update: Uint8Array, epoch: string | null) => void) {
    this.#channel = channel;
    channel.onmessage = (event: MessageEvent<unknown>) => {
      if (isTabMessage(event.data)) received(event.data.update, event.data.epoch);
    };
  }

  /** Tells the other tabs of an edit. */
  post(update: Uint8Array, epoch: string | null): void {
    this.#channel.postMessage({ version: 1, epoch, update } satisfies TabMessage);
  }

  close(): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }
}

function isTabMessage(data: unknown): data is TabMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { version, epoch, update } = data as Partial<Record<keyof TabMessage, unknown>>;
  return version === 1 && (epoch === null || typeof epoch === 'string') && update instanceof Uint8Array;
}
