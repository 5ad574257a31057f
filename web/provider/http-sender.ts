import { ACKNOWLEDGE_BYTES, HTTP_HEADERS, packMessages, REQUEST_BYTES } from '../../protocol/http-transport.ts';
import type { Clock } from './clock.ts';
import { HTTP_TIMES, retryWait } from './http-times.ts';

/** A request of this end: what it does, headers of its own, and its body. */
export interface OutgoingRequest {
  readonly action: 'send' | 'close';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly signal: AbortSignal;
}

export interface HttpSenderOptions {
  readonly clock: Clock;
  /** Resolves with the status of the answer; rejects when none comes. */
  readonly post: (request: OutgoingRequest) => Promise<number>;
  /** The server has answered. */
  readonly heard: () => void;
  /** Whether it has not answered anything for too long. */
  readonly isLost: () => boolean;
  /** Nothing can be sent any more: because of a failure, or because the last message has left. */
  readonly ended: () => void;
}

/** Messages on their way in one request, which is repeated as it is until it is answered. */
interface InFlight {
  readonly messages: readonly Uint8Array[];
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Statuses with which a request is refused for good. */
const FINAL: ReadonlySet<number> = new Set([400, 403, 410, 413]);

/**
 * What one end says of a connection over HTTP: messages in their order, in one request at a time, while the next gather. A request
 * without messages tells the server how much has arrived here, and that somebody is here.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions;
  /** Messages that the server has taken. */
  #taken = 0;
  #queue: Uint8Array[] = [];
  #inFlight: InFlight | null = null;
  #isSending = false;
  #owesSign = false;
  /** Bytes that have arrived, and of which the server was not told. */
  #untold = 0;
  #signTimer: unknown = null;
  #state: 'open' | 'closing' | 'stopped' = 'open';

  constructor(options: HttpSenderOptions) {
    this.#options = options;
  }

  send(message: Uint8Array): void {
    if (this.#state === 'closing') return;
    this.#queue.push(message);
    void this.#pump();
  }

  /** Lets the server hear from this end, at once. */
  sign(): void {
    this.#owesSign = true;
    void this.#pump();
  }

  /** Tells the server soon that a message has arrived, at once when many bytes have: until then it has to keep them. */
  arrived(bytes: number): void {
    this.#untold += bytes;
    if (this.#untold >= ACKNOWLEDGE_BYTES) this.sign();
    else this.#signTimer ??= this.#options.clock.setTimeout(() => this.sign(), HTTP_TIMES.acknowledge);
  }

  /** Sends what waits and says goodbye. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    void this.#pump();
  }

  /** Sends nothing more. What is there, and still comes, waits for another way (`untaken`). */
  stop(): void {
    this.#state = 'stopped';
    this.#options.clock.clearTimeout(this.#signTimer);
  }

  /** The messages that a server has yet to get which has taken this many. */
  untaken(count: number): Uint8Array[] {
    return [...(this.#inFlight?.messages ?? []), ...this.#queue].slice(count - this.#taken);
  }

  async #pump(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    const { clock, heard, isLost, ended } = this.#options;
    let failures = 0;
    while (this.#hasToSend) {
      this.#inFlight ??= this.#gather();
      const { body, messages } = this.#inFlight;
      const isLast = this.#state === 'closing' && this.#queue.length === 0;
      const status = await this.#sendOnce(isLast ? 'close' : 'send', body);
      // Who goes on another way asks what the server took.
      if (this.#isStopped) break;
      if (status === 204) {
        failures = 0;
        heard();
        this.#taken += messages.length;
        this.#inFlight = null;
        if (isLast) ended();
      } else if (FINAL.has(status) || isLost() || isLast) {
        ended();
      } else {
        failures += 1;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, retryWait(failures)));
      }
    }
    this.#isSending = false;
  }

  get #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  get #hasToSend(): boolean {
    if (this.#state === 'stopped') return false;
    return this.#state === 'closing' || this.#inFlight !== null || this.#queue.length > 0 || this.#owesSign;
  }

  /** The next messages, as many as go into one request; a longer one has one to itself. */
  #gather(): InFlight {
    let bytes = 0;
    let count = 0;
    for (const { length } of this.#queue) {
      if (count > 0 && bytes + length > REQUEST_BYTES) break;
      bytes += length;
      count += 1;
    }
    const messages = this.#queue.splice(0, count);
    return { messages, body: packMessages(messages) };
  }

  /** The status of the answer; 0 when none came. */
  async #sendOnce(action: 'send' | 'close', body: Uint8Array<ArrayBuffer>): Promise<number> {
    const { clock, post } = this.#options;
    this.#owesSign = false;
    this.#untold = 0;
    clock.clearTimeout(this.#signTimer);
    this.#signTimer = null;
    const sending = new AbortController();
    // A large body takes its time on a slow line: ten kilobytes a second.
    const timer = clock.setTimeout(() => sending.abort(), HTTP_TIMES.request + body.length / 10);
    const isEmpty = body.length === 0;
    const headers: Record<string, string> = isEmpty ? {} : { [HTTP_HEADERS.message]: String(this.#taken + 1) };
    try {
      return await post({ action, headers, body: isEmpty ? null : body, signal: sending.signal });
    } catch {
      return 0;
    } finally {
      clock.clearTimeout(timer);
    }
  }
}
