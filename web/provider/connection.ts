import { closeCode, parseCloseReason } from '../../protocol/close-codes.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { retryDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import { type ConnectionState, checkMove, type Refusal } from './connection-state.ts';
import type { ConnectionTap } from './connection-tap.ts';
import { SOCKET_OPEN, type Socket, type Transport } from './socket.ts';
import type { Transports } from './transports.ts';

/** Time limits of a connection, in milliseconds. */
export const CONNECTION_LIMITS = {
  /** From the start of an attempt, token included, to an open socket. */
  attempt: 10_000,
  /** Longest silence of an open connection. The server sends something every 20 s at least. */
  silence: 45_000,
} as const;

export interface ConnectionOptions {
  /** What carries the attempts. */
  readonly transports: Transports;
  readonly clock: Clock;
  readonly random: () => number;
  /** Where to connect and with which subprotocols, asked at every attempt. A rejection is retried like a lost connection. */
  readonly target: () => Promise<{ url: string; protocols: string[] }>;
  /** Handles one frame. Whatever it throws closes the connection, which then tries again. */
  readonly receive: (frame: Uint8Array) => void;
  /** After every change of state. */
  readonly changed: (state: ConnectionState, before: ConnectionState) => void;
  /** Whether a refusal that normally is for good deserves another attempt, because something was changed. */
  readonly forgives: (code: number) => boolean;
  /** Something went wrong and was dealt with, for a log. */
  readonly failed: (error: unknown) => void;
}

/** Keeps one socket to one address for as long as somebody wants it. It knows nothing of documents. */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = { kind: 'idle' };
  /** The one timer of the current state: the attempt's limit, the watchdog or the next attempt. */
  #timer: unknown = null;
  #attemptEndsAt = 0;
  #heardAt = 0;
  /** Attempts that failed since the last successful sync. */
  #failures = 0;
  /** Frames that came while they could not be handled yet; null when they are handled as they come. */
  #held: Uint8Array[] | null = null;

  /** Stands between this and the socket while somebody inspects the connection. */
  tap: ConnectionTap | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Why the server refused for good; null while it has not. */
  get refusal(): Refusal | null {
    return this.#state.kind === 'refused' ? this.#state.refusal : null;
  }

  /** When the next attempt is made, `clock.now()` based; null when none is scheduled. */
  get retryAt(): number | null {
    return this.#state.kind === 'waiting' ? this.#state.retryAt : null;
  }

  /** What carries the connection, or the attempt that is under way; null without one. */
  get transport(): Transport | null {
    const socket = socketOf(this.#state);
    return socket === null ? null : (socket.transport ?? 'websocket');
  }

  /** Starts an attempt unless one is under way or has succeeded. Leaves a refusal, and does not wait for a backoff. */
  connect(): void {
    const { kind } = this.#state;
    if (kind === 'idle' || kind === 'waiting' || kind === 'refused') this.#attempt();
  }

  /** Closes the connection and stays away until `connect()`. */
  disconnect(): void {
    if (this.#state.kind !== 'destroyed' && this.#state.kind !== 'idle') this.#move({ kind: 'idle' });
  }

  /** Ends the wait for the next attempt, if there is one: a person asked. */
  retryNow(): void {
    if (this.#state.kind === 'waiting') this.#attempt();
  }

  /** Ends the wait for the next attempt because things may be better now, but never before the server said. */
  wake(): void {
    const { clock } = this.#options;
    if (this.#state.kind === 'waiting' && this.#state.notBefore <= clock.now()) this.#attempt();
  }

  /** Keeps the frames that arrive until `release()`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Handles the frames that were kept, in their order, and from now on each as it comes. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    const before = this.#state;
    for (const frame of held) {
      // A frame may end the connection that brought the rest; a welcome keeps its socket.
      if (socketOf(this.#state) !== socketOf(before)) return;
      this.#take(frame);
    }
  }

  /** Handles the frame that is being made before all that arrives from now on. A failure is that of the connection. */
  async handleFirst(coming: Promise<Uint8Array>): Promise<void> {
    const socket = socketOf(this.#state);
    this.hold();
    const frame = await coming.catch((error: unknown) => {
      if (this.#isCurrent(socket)) this.fail(error);
      return null;
    });
    if (frame !== null && this.#isCurrent(socket)) this.#deliver(frame);
    this.release();
  }

  /** The server has welcomed this client. */
  welcomed(): void {
    if (this.#state.kind !== 'greeting') return;
    const { socket } = this.#state;
    this.#options.transports.welcomed(socket.transport ?? 'websocket');
    this.#move({ kind: 'connected', socket });
  }

  /** The content of the server has arrived: from here on a failure is the first one. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Gives the socket up, if there is one, and tries again later: something on it went wrong. */
  fail(error: unknown): void {
    this.#options.failed(error);
    if (socketOf(this.#state) !== null) this.#wait(null);
  }

  /** Stops for good, until `connect()`. */
  refuse(info: Refusal): void {
    if (this.#state.kind !== 'destroyed') this.#move({ kind: 'refused', refusal: info });
  }

  /** Sends a frame if the socket can; what cannot be sent is lost with the connection. */
  send(frame: Uint8Array): void {
    const socket = socketOf(this.#state);
    const pass = () => {
      if (socket?.readyState === SOCKET_OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    };
    if (this.tap === null) pass();
    else this.tap.outgoing(frame, pass);
  }

  /** Closes and never connects again. */
  destroy(): void {
    if (this.#state.kind !== 'destroyed') this.#move({ kind: 'destroyed' });
  }

  #attempt(): void {
    const { clock, target, transports } = this.#options;
    const attempt: ConnectionState = { kind: 'preparing' };
    this.#attemptEndsAt = clock.now() + CONNECTION_LIMITS.attempt;
    this.#move(attempt);
    Promise.all([target(), transports.opener()]).then(
      ([{ url, protocols }, opener]) => {
        if (this.#state === attempt) this.#open(() => opener(url, protocols));
      },
      (error: unknown) => {
        if (this.#state === attempt) this.#giveUp(error);
      },
    );
  }

  #open(open: () => Socket): void {
    let socket: Socket;
    try {
      socket = open();
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    socket.binaryType = 'arraybuffer';
    // The listeners stay on the socket when it is given up, and then find that it is no longer the current one. The one for
    // 'error' has nothing to do, because 'close' always follows; but ws throws where there is none.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('open', () => {
      if (!this.#isCurrent(socket)) return;
      if (socket.protocol === SUBPROTOCOL) this.#move({ kind: 'greeting', socket });
      else this.#giveUp(new ProtocolError(`the server does not speak ${SUBPROTOCOL}`));
    });
    socket.addEventListener('message', ({ data }) => {
      if (!this.#isCurrent(socket)) return;
      this.#heardAt = this.#options.clock.now();
      if (!(data instanceof ArrayBuffer)) this.#giveUp(new ProtocolError('a message is not binary'));
      else if (this.tap === null) this.#take(new Uint8Array(data));
      else {
        const frame = new Uint8Array(data);
        this.tap.incoming(frame, () => this.#isCurrent(socket) && this.#take(frame));
      }
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.#isCurrent(socket)) this.#closed(code, reason);
    });
    this.#move({ kind: 'opening', socket });
  }

  #isCurrent(socket: Socket | null): boolean {
    return socketOf(this.#state) === socket;
  }

  #take(frame: Uint8Array): void {
    if (this.#held === null) this.#deliver(frame);
    else this.#held.push(frame);
  }

  #deliver(frame: Uint8Array): void {
    const before = this.#state;
    try {
      this.#options.receive(frame);
    } catch (error) {
      // Handling the frame may already have ended the connection in another way.
      if (socketOf(this.#state) === socketOf(before)) this.fail(error);
      else this.#options.failed(error);
    }
  }

  #closed(code: number, rawReason: string): void {
    this.tap?.closed(code, rawReason);
    const entry = closeCode(code);
    const { retryAfterSeconds, text } = parseCloseReason(rawReason);
    if (entry.retry === 'backoff' || this.#options.forgives(code)) this.#wait(retryAfterSeconds, code === NO_CLOSE);
    else this.refuse({ code: entry.code, name: entry.name, reason: text, meaning: entry.meaning });
  }

  #giveUp(error: unknown): void {
    this.#options.failed(error);
    this.#wait(null, true);
  }

  /** @param isMute whether the connection ended without a word of the server about it */
  #wait(retryAfterSeconds: number | null, isMute = false): void {
    const { clock, random, transports } = this.#options;
    const now = clock.now();
    const { kind } = this.#state;
    if (transports.failed(isMute && (kind === 'opening' || kind === 'greeting'))) {
      this.#move({ kind: 'waiting', retryAt: now, notBefore: now });
      return;
    }
    this.#failures += 1;
    const retryAt = now + retryDelay(this.#failures, random(), retryAfterSeconds);
    this.#move({ kind: 'waiting', retryAt, notBefore: retryAfterSeconds === null ? now : retryAt });
  }

  /** The only place that changes the state: ends what the old one held, starts what the new one needs. */
  #move(next: ConnectionState): void {
    const before = this.#state;
    checkMove(before.kind, next.kind);
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#state = next;
    const left = socketOf(before);
    if (left !== null && left !== socketOf(next)) {
      if (this.#held !== null) this.#held = [];
      left.close(1000);
    }
    switch (next.kind) {
      case 'preparing':
      case 'opening': {
        const left = Math.max(0, this.#attemptEndsAt - clock.now());
        const patience = next.kind === 'opening' ? (this.#options.transports.patience ?? left) : left;
        this.#timer = clock.setTimeout(
          () => this.#giveUp(new Error('the connection attempt took too long')),
          Math.min(left, patience),
        );
        break;
      }
      case 'greeting':
        this.#heardAt = clock.now();
        this.#watch(this.#options.transports.patience);
        break;
      case 'connected':
        this.#watch();
        break;
      case 'waiting':
        this.#timer = clock.setTimeout(() => this.#attempt(), Math.max(0, next.retryAt - clock.now()));
        break;
      case 'idle':
        this.#failures = 0;
        break;
      case 'refused':
      case 'destroyed':
        break;
      default:
        next satisfies never;
    }
    this.tap?.moved(next);
    this.#options.changed(next, before);
  }

  /**
   * Gives up a connection that has gone silent. One timer for the whole silence, not one a frame.
   * @param patience how long the first silence may be, where that is less
   */
  #watch(patience: number | null = null): void {
    const { clock } = this.#options;
    const silence = patience ?? CONNECTION_LIMITS.silence;
    const left = this.#heardAt + silence - clock.now();
    this.#timer = clock.setTimeout(
      () => {
        if (this.#heardAt + silence <= clock.now()) {
          this.#giveUp(new Error('the server has gone silent'));
        } else {
          this.#watch();
        }
      },
      Math.max(0, left),
    );
  }
}

/** What stands in the place of a code when a connection ended without one (RFC 6455, section 7.4.1). */
const NO_CLOSE = 1006;

function socketOf(state: ConnectionState): Socket | null {
  return 'socket' in state ? state.socket : null;
}
