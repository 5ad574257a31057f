import * as Y from 'yjs';
import {
  type AwarenessEntry,
  decodeAwarenessEntries,
  encodeAwarenessEntries,
  goneEntry,
  isGone,
} from '../../../protocol/awareness-entries.ts';
import { CLOSE_CODES } from '../../../protocol/close-codes.ts';
import {
  decodeMessage,
  encodeAwareness,
  encodeNotice,
  encodeStored,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  encodeWelcome,
  type Notice,
} from '../../../protocol/messages.ts';
import type { Person } from '../../../protocol/person.ts';
import type { Role } from '../../../protocol/roles.ts';
import { stateDigest } from '../../../protocol/state-digest.ts';
import type { Clock } from '../clock.ts';
import type { Peer } from './fake-network.ts';

interface Member {
  readonly peer: Peer;
  readonly presence: Map<number, AwarenessEntry>;
  /** Update messages of this connection. */
  received: number;
  /** It sent something with a gap, and nothing after that counts until it has answered. */
  gap: boolean;
  heartbeat: unknown;
}

/** One document on a server that speaks the wire of `coscribe.1` and keeps its "disk" in an array. */
export class StandInServer {
  doc = new Y.Doc();
  epoch = 'first';
  role: Role = 'editor';
  /** How long the access of each connection lasts, in milliseconds; null for ever. Told, not enforced. */
  lifetime: number | null = null;
  person: Person | null = null;
  /** Tokens that came on live connections. Each is answered with the access as it is now. */
  readonly tokens: string[] = [];
  messageBytes = 1 << 20;
  properties = { title: 'Notes', language: '' };
  /** Whether updates become durable at once. While not, `store()` makes them so. */
  storesAtOnce = true;
  /** Step 2 and update messages received, of all connections. */
  updates = 0;
  readonly members = new Set<Member>();
  readonly #clock: Clock;
  #disk: Uint8Array[] = [];
  #unwritten: Uint8Array[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#watch();
  }

  get text(): string {
    return this.doc.getText('content').toString();
  }

  /** The text that would be there after a crash. */
  get durableText(): string {
    const doc = new Y.Doc();
    for (const update of this.#disk) Y.applyUpdate(doc, update);
    return doc.getText('content').toString();
  }

  /** Handles a connection. */
  readonly accept = (peer: Peer): void => {
    peer.accept();
    this.greet(peer);
  };

  /** Says the first words on a connection that was accepted. */
  greet(peer: Peer): void {
    const epoch = peer.url.searchParams.get('epoch');
    if (epoch !== null && epoch !== this.epoch) {
      peer.close(CLOSE_CODES.epochChanged.code);
      return;
    }
    const member: Member = { peer, presence: new Map(), received: 0, gap: false, heartbeat: null };
    this.members.add(member);
    peer.onClose = () => this.#left(member);
    peer.onMessage = (frame) => this.#receive(member, frame);
    peer.send(
      encodeWelcome({
        epoch: this.epoch,
        digest: stateDigest(this.doc.store.clients),
        ...this.#access,
        connection: this.members.size,
        limits: { messageBytes: this.messageBytes },
        document: this.properties,
      }),
    );
    peer.send(encodeSyncStep1(Y.encodeStateVector(this.doc)));
    const present = [...this.members].flatMap((other) => [...other.presence.values()]);
    peer.send(encodeAwareness(encodeAwarenessEntries(present, present.length)));
    this.#beat(member);
  }

  /** Closes every connection. */
  closeAll(code: number, reason = ''): void {
    for (const member of [...this.members]) {
      member.peer.close(code, reason);
      this.#left(member);
    }
  }

  /** Asks every client for what it has, as after a gap. */
  askAgain(): void {
    for (const { peer } of this.members) peer.send(encodeSyncStep1(Y.encodeStateVector(this.doc)));
  }

  notify(notice: Notice): void {
    for (const { peer } of this.members) peer.send(encodeNotice(notice));
  }

  /** Sends bytes as they are to everybody. */
  sendRaw(frame: Uint8Array): void {
    for (const { peer } of this.members) peer.send(frame);
  }

  /** Tells everybody what they may do now. */
  tellAccess(): void {
    this.notify({ type: 'access', ...this.#access });
  }

  /** Makes everything durable and says so. */
  store(): void {
    this.#disk.push(...this.#unwritten.splice(0));
    for (const member of this.members) if (!member.gap) member.peer.send(encodeStored(member.received));
  }

  /** Dies with everything that is not on the disk, and is back at once. Call `FakeNetwork.reset` with it. */
  crash(): void {
    for (const member of [...this.members]) this.#left(member);
    this.#unwritten = [];
    this.doc = new Y.Doc();
    for (const update of this.#disk) Y.applyUpdate(this.doc, update);
    this.#watch();
  }

  /** Begins a new life of the document with this text, as a restore does. */
  replace(epoch: string, text: string): void {
    this.epoch = epoch;
    this.#disk = [];
    this.#unwritten = [];
    this.doc = new Y.Doc();
    this.#watch();
    if (text !== '') this.doc.getText('content').insert(0, text);
  }

  get #access(): { role: Role; expiresIn?: number; person?: Person } {
    return {
      role: this.role,
      ...(this.lifetime === null ? {} : { expiresIn: this.lifetime }),
      ...(this.person === null ? {} : { person: this.person }),
    };
  }

  #watch(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#unwritten.push(update);
      for (const member of this.members) if (member !== origin) member.peer.send(encodeUpdate(update));
      if (this.storesAtOnce) this.#disk.push(...this.#unwritten.splice(0));
    });
  }

  #receive(member: Member, frame: Uint8Array): void {
    if (!this.members.has(member)) return;
    const message = decodeMessage(frame);
    switch (message.type) {
      case 'sync-step-1':
        member.peer.send(encodeSyncStep2(Y.encodeStateAsUpdate(this.doc, message.stateVector)));
        return;
      case 'sync-step-2':
      case 'update':
        this.#update(member, message.update.slice());
        return;
      case 'awareness':
        this.#presence(member, decodeAwarenessEntries(message.update));
        return;
      case 'retire':
        return;
      case 'token':
        this.tokens.push(message.token);
        member.peer.send(encodeNotice({ type: 'access', ...this.#access }));
        return;
      default:
        throw new Error(`a client sent ${message.type}`);
    }
  }

  #update(member: Member, update: Uint8Array): void {
    this.updates += 1;
    member.received += 1;
    const { from } = Y.parseUpdateMeta(update);
    member.gap = [...from].some(([client, clock]) => clock > Y.getState(this.doc.store, client));
    if (member.gap) {
      member.peer.send(encodeSyncStep1(Y.encodeStateVector(this.doc)));
      return;
    }
    Y.applyUpdate(this.doc, update, member);
    if (this.doc.store.pendingStructs !== null) throw new Error('a client sent an update with a gap inside');
    if (this.storesAtOnce) this.store();
  }

  #presence(member: Member, entries: readonly AwarenessEntry[]): void {
    for (const entry of entries) {
      if (isGone(entry)) member.presence.delete(entry.clientId);
      else member.presence.set(entry.clientId, entry);
    }
    this.#sendPresence(entries);
  }

  /** To everybody, the sender included: that is allowed, and clients must cope. */
  #sendPresence(entries: readonly AwarenessEntry[]): void {
    const frame = encodeAwareness(encodeAwarenessEntries(entries, entries.length));
    for (const { peer } of this.members) peer.send(frame);
  }

  #left(member: Member): void {
    if (!this.members.delete(member)) return;
    this.#clock.clearTimeout(member.heartbeat);
    const gone = [...member.presence.values()].map(({ clientId, clock }) => goneEntry(clientId, clock));
    if (gone.length > 0) this.#sendPresence(gone);
  }

  #beat(member: Member): void {
    member.heartbeat = this.#clock.setTimeout(() => {
      member.peer.send(encodeAwareness(encodeAwarenessEntries([], 0)));
      this.#beat(member);
    }, 20_000);
  }
}
