import type { Message } from '../../protocol/messages.ts';
import type { Clock } from './clock.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ConnectionTap } from './connection-tap.ts';
import type { Transport } from './socket.ts';

/** Entries of the log that are kept. */
const LOG_LENGTH = 500;

/** One line of the log: a message with its size, or what became of the connection. */
export interface LogEntry {
  /** Counts from 1. */
  readonly id: number;
  /** In the provider's clock, in milliseconds. */
  readonly at: number;
  readonly kind: 'in' | 'out' | 'state';
  /** The type of the message, or the state. */
  readonly name: string;
  /** Length of the message; null for a state. */
  readonly bytes: number | null;
  /** What is in it, without what anybody wrote or showed as a token. */
  readonly detail: string;
}

/** What an inspector needs of the provider. */
export interface InspectedProvider {
  readonly transport: Transport | null;
  readonly status: 'connecting' | 'connected' | 'disconnected';
  readonly retryAt: number | null;
  readonly unsavedChanges: number;
  connect(): void;
  disconnect(): void;
  retryNow(): void;
}

/** What an inspector needs of the provider's connection. */
export interface InspectedConnection {
  tap: ConnectionTap | null;
  readonly transport: Transport | null;
  /** Gives the socket up, and tries again later. */
  fail(error: unknown): void;
}

/**
 * Watches what one provider and its server say to each other, and disturbs it on demand: `provider.inspect()` makes one. A connection
 * that nobody inspects has none and pays nothing.
 */
export class Inspector {
  readonly #provider: InspectedProvider;
  readonly #connection: InspectedConnection;
  readonly #clock: Clock;
  readonly #decode: (message: Uint8Array) => Message;
  readonly #listeners = new Set<() => void>();
  #entries: LogEntry[] = [];
  #count = 0;
  #state: string;
  /** When the oldest message left that is not answered, by what answers it. */
  readonly #asked = new Map<Message['type'], number>();
  #roundTrip: number | null = null;
  #delay = 0;
  /** Until when messages of either direction wait, so that they keep their order. */
  readonly #waitUntil = { in: 0, out: 0 };

  #writes = false;

  /** @param decode `decodeMessage`, which the page has: this part is loaded alone and brings nothing that the page has too */
  constructor(
    provider: InspectedProvider,
    connection: InspectedConnection,
    clock: Clock,
    decode: (message: Uint8Array) => Message,
  ) {
    this.#decode = decode;
    this.#provider = provider;
    this.#connection = connection;
    this.#clock = clock;
    this.#state = provider.status;
    connection.tap = {
      incoming: (message, pass) => this.#passed('in', message, pass),
      outgoing: (message, pass) => this.#passed('out', message, pass),
      moved: (state) => this.#moved(state),
      closed: (code, reason) => this.#log('state', 'closed', null, `code ${code}${reason === '' ? '' : `, ${reason}`}`),
    };
  }

  /** The log, oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The log as text, a line an entry. */
  get text(): string {
    return this.#entries.map(asLine).join('\n');
  }

  /** The state of the connection as docs/protocol.md and the log name it: `opening`, `greeting`, `connected`, `waiting` … */
  get state(): string {
    return this.#state;
  }

  get transport(): Transport | null {
    return this.#connection.transport;
  }

  /** Milliseconds from the last message that is answered to its answer; null before. An edit's answer says that it is on disk. */
  get roundTrip(): number | null {
    return this.#roundTrip;
  }

  get unsavedChanges(): number {
    return this.#provider.unsavedChanges;
  }

  /** Milliseconds until the next attempt; null when none is planned. */
  get retryIn(): number | null {
    const { retryAt } = this.#provider;
    return retryAt === null ? null : Math.max(0, retryAt - this.#clock.now());
  }

  /** Milliseconds that each message is held back, in both directions. */
  get delay(): number {
    return this.#delay;
  }

  /** Writes each entry to the console too, or no more. */
  write(isOn: boolean): void {
    this.#writes = isOn;
  }

  slow(milliseconds: number): void {
    this.#delay = milliseconds;
    this.#log('state', 'slowed', null, milliseconds === 0 ? 'messages pass at once' : `${milliseconds} ms a message`);
  }

  /** Loses the connection without a goodbye; it comes back by itself. */
  cut(): void {
    this.#connection.fail(new Error('the connection was cut on demand'));
  }

  /** Stays away until `reconnect`. */
  goOffline(): void {
    this.#provider.disconnect();
  }

  /** Connects now. */
  reconnect(): void {
    this.#provider.connect();
    this.#provider.retryNow();
  }

  /** Calls back after every entry; returns how to stop that. */
  onEntry(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes its hands off the connection. The log stays. */
  stop(): void {
    this.#connection.tap = null;
    this.#listeners.clear();
  }

  #moved(state: ConnectionState): void {
    this.#state = state.kind;
    this.#asked.clear();
    const { transport } = this;
    this.#log('state', state.kind, null, transport === null ? '' : transport);
  }

  #passed(direction: 'in' | 'out', bytes: Uint8Array, pass: () => void): void {
    const clock = this.#clock;
    const now = clock.now();
    const at = Math.max(now + this.#delay, this.#waitUntil[direction]);
    this.#waitUntil[direction] = at;
    const go = () => {
      this.#logMessage(direction, bytes);
      pass();
    };
    if (at <= now) go();
    else clock.setTimeout(go, at - now);
  }

  #logMessage(direction: 'in' | 'out', bytes: Uint8Array): void {
    let message: Message;
    try {
      message = this.#decode(bytes);
    } catch (error) {
      this.#log(direction, 'broken', bytes.length, error instanceof Error ? error.message : '');
      return;
    }
    this.#measure(direction, message.type);
    this.#log(direction, message.type, bytes.length, describe(message));
  }

  #measure(direction: 'in' | 'out', type: Message['type']): void {
    const now = this.#clock.now();
    if (direction === 'out') {
      const answer = ANSWERS[type];
      if (answer !== undefined && !this.#asked.has(answer)) this.#asked.set(answer, now);
      return;
    }
    const asked = this.#asked.get(type);
    if (asked === undefined) return;
    this.#asked.delete(type);
    this.#roundTrip = now - asked;
  }

  #log(kind: LogEntry['kind'], name: string, bytes: number | null, detail: string): void {
    this.#count += 1;
    const entry: LogEntry = { id: this.#count, at: this.#clock.now(), kind, name, bytes, detail };
    this.#entries = [...this.#entries.slice(1 - LOG_LENGTH), entry];
    // biome-ignore lint/suspicious/noConsole: somebody asked for it, by `provider.debug`.
    if (this.#writes) console.debug(`coscribe ${asLine(entry)}`);
    for (const listener of this.#listeners) listener();
  }
}

/** What the server answers a message with. */
const ANSWERS: Partial<Record<Message['type'], Message['type']>> = {
  'sync-step-1': 'sync-step-2',
  'sync-step-2': 'stored',
  update: 'stored',
};

const ARROWS = { in: '←', out: '→', state: '·' } as const;

/** An entry as one line of text. */
function asLine({ at, kind, name, bytes, detail }: LogEntry): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const size = bytes === null ? '' : ` ${bytes} B`;
  return `${time} ${ARROWS[kind]} ${name}${size}${detail === '' ? '' : `  ${detail}`}`;
}

/** How many people an awareness update is about: a varUint stands at its beginning. */
function countOf([first = 0]: Uint8Array): string {
  return first < 128 ? String(first) : 'many';
}

/** What is in a message, in a few words: never what somebody wrote, and never a token. */
function describe(message: Message): string {
  switch (message.type) {
    case 'welcome':
      return `connection ${message.welcome.connection}, ${message.welcome.role}`;
    case 'stored':
      return `${message.count} on disk`;
    case 'awareness':
      return `of ${countOf(message.update)}`;
    case 'notice':
      return message.notice.type;
    case 'sync-step-1':
      return `state vector of ${message.stateVector.length} B`;
    case 'retire':
      return `client id ${message.clientId}`;
    case 'compressed':
      return `${message.length} B compressed`;
    case 'sync-step-2':
    case 'update':
    case 'auth':
    case 'query-awareness':
    case 'token':
      return '';
    default:
      message satisfies never;
      return '';
  }
}
