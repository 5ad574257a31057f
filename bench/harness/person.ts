import { craftUpdate, insertion, type UnitId } from '../../server/testing/craft-update.ts';
import { type Dialect, dialectOf, EMPTY_UPDATE, NOTHING } from './dialect.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { type ConnectWire, type Wire, webSocketWire } from './wire.ts';

const LETTERS = 'the quick brown fox jumps over the lazy dog. ';

export interface PersonOptions {
  readonly server: ServerUnderTest;
  readonly documentName: string;
  /** Yjs client id; unique in the document. */
  readonly clientId: number;
  /** Where typing begins: between these units. At the start of the text unless given. */
  readonly place?: { readonly origin: UnitId; readonly right: UnitId };
  readonly localAddress?: string;
  /** What carries the messages; a raw WebSocket unless given. */
  readonly wire?: ConnectWire;
}

/**
 * Somebody in a document. Counts what arrives; types characters one by one, each an update of its own
 * that continues the last, as Yjs writes it.
 */
export class Person {
  readonly clientId: number;
  readonly dialect: Dialect;
  readonly #options: PersonOptions;
  #wire: Wire | null = null;
  #nextClock = 0;
  /** Frames and payload bytes of updates received. */
  updateFrames = 0;
  updateBytes = 0;
  /** Bytes of all messages received. */
  bytes = 0;
  synced = false;
  /** Whether the server closed the connection, and its code. */
  closed: { code: number | null } | null = null;
  /** Update messages sent, step 2 included, and how many of them were acknowledged as durable. */
  sent = 0;
  stored = 0;
  /** Called with each update message and where its body begins. */
  onUpdate: ((message: Uint8Array, bodyOffset: number) => void) | null = null;
  onStored: ((count: number) => void) | null = null;
  onSynced: ((message: Uint8Array, bodyOffset: number) => void) | null = null;

  constructor(options: PersonOptions) {
    this.#options = options;
    this.clientId = options.clientId;
    this.dialect = dialectOf(options.server.kind, options.documentName);
  }

  /** Connects and says hello; `synced` turns true when the document has come. */
  async connect(stateVector: Uint8Array = NOTHING): Promise<void> {
    const { dialect } = this;
    const { server, localAddress, wire: connect = webSocketWire } = this.#options;
    this.closed = null;
    this.synced = !dialect.hasDocument;
    const wire = connect({
      port: server.port,
      path: dialect.path,
      protocols: dialect.protocols,
      ...(localAddress === undefined ? {} : { localAddress }),
      onMessage: (message) => this.#receive(message),
      onClose: (code) => {
        this.closed = { code };
      },
    });
    // Set before it opens: the server's first messages may come together with the upgrade.
    this.#wire = wire;
    await wire.opened;
    for (const message of dialect.hello(stateVector)) wire.send(message);
  }

  /** Characters typed so far. */
  get typed(): number {
    return this.#nextClock;
  }

  /** Types one character. Returns its clock. */
  type(): number {
    const clock = this.#nextClock++;
    const { place } = this.#options;
    const letter = LETTERS[clock % LETTERS.length] ?? ' ';
    const position =
      clock === 0
        ? (place ?? {})
        : { origin: [this.clientId, clock - 1] as const, ...(place === undefined ? {} : { right: place.right }) };
    const update = craftUpdate([{ client: this.clientId, clock, structs: [insertion(letter, position)] }]);
    this.sent += 1;
    this.#wire?.send(this.dialect.update(update));
    return clock;
  }

  /** Sends a message that was encoded for this person's dialect. */
  send(message: Uint8Array): void {
    this.#wire?.send(message);
  }

  leave(): void {
    this.#wire?.leave();
    this.#wire = null;
  }

  #receive(message: Uint8Array): void {
    this.bytes += message.length;
    switch (this.dialect.kindOf(message)) {
      case 'update':
        this.updateFrames += 1;
        this.updateBytes += message.length;
        this.onUpdate?.(message, this.dialect.bodyOffset(message));
        return;
      case 'step-1':
        // Anyone who types nothing before it is synced has nothing that the server lacks.
        this.sent += 1;
        this.send(this.dialect.step2(EMPTY_UPDATE));
        return;
      case 'step-2':
        this.synced = true;
        this.onSynced?.(message, this.dialect.bodyOffset(message));
        return;
      case 'stored':
        this.stored = varUintAt(message, 1);
        this.onStored?.(this.stored);
        return;
      default:
        return;
    }
  }
}

function varUintAt(message: Uint8Array, at: number): number {
  let value = 0;
  for (let shift = 1, i = at; ; shift *= 128, i++) {
    const byte = message[i] ?? 0;
    value += (byte & 127) * shift;
    if (byte < 128) return value;
  }
}
