import { ObservableV2 } from 'lib0/observable';
import { uuidv4 } from 'lib0/random';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { documentNameProblem } from '../../protocol/document-name.ts';
import { type DocumentProperties, decodeMessage, type Notice, type Welcome } from '../../protocol/messages.ts';
import type { Person } from '../../protocol/person.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { Access } from './access.ts';
import { checkArguments } from './check-arguments.ts';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import { type ConnectionState, connectionStatus, type Refusal, refusal } from './connection-state.ts';
import { Decompression } from './decompression.ts';
import { deferred } from './deferred.ts';
import { OfflineCopy } from './device/offline-copy.ts';
import { ThisDevice } from './device/this-device.ts';
import { DocumentAddress, subprotocols } from './document-address.ts';
import { fenced } from './fenced.ts';
import type { Inspector } from './inspector.ts';
import { LeaveWarning } from './leave-warning.ts';
import { Outbox } from './outbox.ts';
import { watchPage } from './page-watch.ts';
import { type AwarenessChanges, Presence } from './presence.ts';
import type { ProviderEvents, ProviderOptions } from './provider-options.ts';
import { ServerFacts } from './server-facts.ts';
import { hasWritten, Session } from './session.ts';
import type { Transport } from './socket.ts';
import { personOfToken } from './token-person.ts';
import { Transports } from './transports.ts';

/**
 * Keeps a Yjs document and its awareness in sync with a Coscribe server, over one connection that is renewed for as long as
 * it is wanted, and knows at every moment which edits are safe on the server. Editing never waits for it.
 *
 * ```ts
 * const doc = new Y.Doc();
 * const provider = new CoscribeProvider('/sync', 'notes/today', doc);
 * provider.on('saved', (saved) => showBadge(saved ? 'Saved' : `${provider.unsavedChanges} edits on this device`));
 * ```
 *
 * It joins `Connection` (the socket), `Access` (token, role), `Session` (the conversation), `Outbox` (the account of edits) and more.
 */
export class CoscribeProvider extends ObservableV2<ProviderEvents> {
  /** The document. */
  readonly doc: Y.Doc;
  /** The presence of everybody in the document. */
  readonly awareness: Awareness;
  /** The document's name on the server. */
  readonly name: string;

  readonly #clock: Clock;
  readonly #access: Access;
  readonly #ownsAwareness: boolean;
  readonly #address: DocumentAddress | null;
  readonly #connection: Connection;
  readonly #outbox = new Outbox();
  readonly #presence: Presence;
  readonly #device: ThisDevice;
  readonly #leaveWarning: LeaveWarning;
  readonly #stopWatchingPage: () => void;
  readonly #whenSynced = deferred();

  /** Known to this provider and the server only: with it a new connection takes the place of one that is dead or dying. */
  readonly #sessionKey = uuidv4();
  #session: Session | null = null;
  #inspector: Promise<Inspector> | null = null;
  readonly #facts = new ServerFacts((properties) => {
    this.#device.keepProperties(properties);
    this.#tell('properties', properties);
  });
  readonly #decompression = new Decompression();
  #toldSaved = false;
  #toldUnsaved = 0;
  #destroyed = false;

  /**
   * @param url where the server synchronises: `ws://host/sync`, `https://host/sync`, or `/sync` relative to the page
   * @param name the document's name; a name that no document can have is refused through `closed`, not thrown
   * @param doc the document to keep in sync
   * @throws TypeError when `url`, `name` or `doc` is no such thing, `doc` is of another copy of Yjs, or there is no WebSocket
   */
  constructor(url: string, name: string, doc: Y.Doc, options: ProviderOptions = {}) {
    super();
    this.doc = checkArguments(name, doc, options);
    this.name = name;
    this.awareness = options.awareness ?? new Awareness(doc);
    this.#ownsAwareness = options.awareness === undefined;
    this.#clock = options.clock ?? systemClock;
    this.#address =
      documentNameProblem(name) === null ? new DocumentAddress(url, name, globalThis.location?.href) : null;
    this.#presence = new Presence(this.awareness, this, this.#clock);
    const timing = { clock: this.#clock, random: options.random ?? Math.random };
    const { WebSocket, transport: wanted } = options;
    const transports = new Transports({
      wanted,
      WebSocket,
      clock: this.#clock,
      moved: () => this.#tell('transport', 'websocket'),
    });
    this.#connection = new Connection({
      ...timing,
      transports,
      target: () => this.#target(),
      receive: (frame) => this.#receive(frame),
      changed: (state, before) => this.#connectionChanged(state, before),
      forgives: (code) => this.#forgives(code),
      failed: (error) => this.#tell('error', error),
    });
    this.#access = new Access({
      ...timing,
      token: options.token,
      send: (frame) => this.#connection.send(frame),
      roleChanged: (role) => this.#tell('role', role),
      accepts: (token) => this.#isTheSame(this.#device.tokenNames(personOfToken(token))),
      failed: (error) => this.#tell('error', error),
    });
    this.#leaveWarning = new LeaveWarning(typeof window === 'undefined' ? null : window);
    this.#device = new ThisDevice({
      doc,
      key: this.#address === null ? null : (person) => this.#address?.key(person) ?? '',
      person: options.person,
      wanted: options.offline ?? OfflineCopy.available,
      clock: this.#clock,
      restored: (unsavedEdits) => this.#outbox.restore(unsavedEdits),
      properties: (properties) => {
        if (this.#facts.properties === null) this.#facts.properties = properties;
      },
      // If the connection did not wait, it has not sent what the copy held.
      loaded: () => this.#session?.sendDifference(),
      waitOver: () => {
        this.#accountChanged();
        this.#connection.release();
      },
      told: (state) => this.#tell('offline-copy', state),
      failed: (error) => this.#tell('error', error),
    });
    if (this.#device.isAwaited) this.#connection.hold();

    // A document that comes with content: nobody knows whether the server has it, so it counts as one edit.
    if (doc.store.clients.size > 0) {
      const edit = this.#outbox.edit();
      this.#device.keep(Y.encodeStateAsUpdate(doc), edit);
    }
    doc.on('update', this.#documentChanged);
    doc.on('destroy', this.#documentDestroyed);
    this.awareness.on('update', this.#awarenessChanged);
    this.#stopWatchingPage = watchPage({
      awake: () => this.#connection.wake(),
      networkChanged: () => transports.networkChanged(),
      leaving: () => this.#flushAll(),
      gone: () => this.#retire(),
    });
    this.#device.start();
    // Where a page can read who this is, nothing has to wait for anybody.
    if (typeof options.token !== 'function') this.#device.tokenNames(personOfToken(options.token));
    if (options.connect !== false) this.connect();
    // Its token says whose copy to show.
    else void this.#target().catch((error: unknown) => this.#tell('error', error));
    this.#accountChanged();
  }

  /** Where the connection is. `connected` means that the server has let this client in. */
  get status(): 'connecting' | 'connected' | 'disconnected' {
    return connectionStatus(this.#connection.state);
  }

  /** What carries the connection: a WebSocket, or requests over HTTP where none gets through; null while there is no connection. */
  get transport(): Transport | null {
    return this.status === 'connected' ? this.#connection.transport : null;
  }

  /** Whether the content of the server has arrived on the present connection. */
  get synced(): boolean {
    return this.#session?.synced ?? false;
  }

  /** Whether the offline copy has been read, or there is none. */
  get loaded(): boolean {
    return this.#device.loaded;
  }

  /** Fulfilled when the offline copy has been read, or is known not to be there. Never rejects. */
  get whenLoaded(): Promise<void> {
    return this.#device.whenLoaded;
  }

  /** Fulfilled when the content of the server has arrived for the first time. Never rejects. */
  get whenSynced(): Promise<void> {
    return this.#whenSynced.promise;
  }

  /** Whether everything that was edited on this device is durable on the server. */
  get saved(): boolean {
    return !this.#device.isAwaited && this.#outbox.unsaved === 0;
  }

  /** Number of edits (local transactions) that are only on this device, those of earlier pages included. */
  get unsavedChanges(): number {
    return this.#outbox.unsaved;
  }

  /** Fulfilled when the offline copy holds everything known here: the edits, and which of them are durable on the server. Never rejects. */
  whenKept(): Promise<void> {
    return this.#device.written();
  }

  /** Whether edits survive a reload without the server: not without an offline copy, once it failed, and while it takes long to be read. */
  get keptOnDevice(): boolean {
    return this.#device.keeps;
  }

  /** What this person may do, as the server last said: `viewer`, `commenter`, `editor`, `owner`; null before. */
  get role(): string | null {
    return this.#access.role;
  }

  /** Whether those who run the server have frozen the document: nobody writes in it until they lift that. `role` is what is left. */
  get frozen(): boolean {
    return this.#access.frozen;
  }

  /** Who the server says this is, as it last said; null for a guest, and before. */
  get person(): Person | null {
    return this.#access.person;
  }

  /** Title and language as last known, null before. */
  get properties(): DocumentProperties | null {
    return this.#facts.properties;
  }

  /** Whether nobody had created the document or written in it when this page was let in last. */
  get isNew(): boolean {
    return this.#facts.isNew;
  }

  /** Why the server refused for good; null while it has not. */
  get closed(): Refusal | null {
    return this.#connection.refusal;
  }

  /** When the next connection attempt is made, `clock.now()` based, in ms (as `performance.timeOrigin + performance.now()`); null when none is scheduled. */
  get retryAt(): number | null {
    return this.#connection.retryAt;
  }

  /** Whether the server said that it cannot write to its disk. Nothing becomes saved until it can. */
  get storageFailing(): boolean {
    return this.#facts.storageFailing;
  }

  /** One line that those who run the server tell everybody, such as that it restarts soon; null for none. A `notice` tells of a change. */
  get announcement(): string | null {
    return this.#facts.announcement;
  }

  /** Connects, also after a refusal. Does nothing while connected or on the way. */
  connect(): void {
    if (this.#destroyed) return;
    const problem = documentNameProblem(this.name);
    if (problem === null) this.#connection.connect();
    else this.#connection.refuse(refusal(CLOSE_CODES.invalidName, problem));
  }

  /** Sends what was gathered, closes the connection and stays away until `connect()`. Editing goes on. */
  disconnect(): void {
    this.#session?.flush();
    this.#connection.disconnect();
  }

  /** Makes the next attempt now if one is scheduled. */
  retryNow(): void {
    this.#connection.retryNow();
  }

  /** Asks the token function now and shows the server its answer, because what it gives has changed. */
  refreshToken(): void {
    this.#access.renew();
  }

  /**
   * Deletes the copy of this document on this device, edits that are nowhere else included, and goes on without one: after an export, when
   * the document was replaced on the server. Open it again with a fresh `Y.Doc`. Rejects when the browser refuses.
   */
  async deleteOfflineCopy(): Promise<void> {
    await this.#device.delete();
  }

  /** Watches the wire from now on, and can disturb it. The same inspector every time. Rejects when its code cannot be loaded. */
  inspect(): Promise<Inspector> {
    const tools = [this, this.#connection, this.#clock, decodeMessage] as const;
    this.#inspector ??= import('./inspector.ts').then(({ Inspector }) => new Inspector(...tools));
    return this.#inspector;
  }

  /** Whether what an inspector sees is written to the console. */
  set debug(isOn: boolean) {
    const told = this.inspect().then((inspector) => inspector.write(isOn));
    told.catch((error: unknown) => this.#tell('error', error));
  }

  /** Ends everything: sends and stores what it can, then leaves no timer, listener or socket. Idempotent. */
  override destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#session?.flush();
    this.#retire();
    this.#connection.destroy();
    this.doc.off('update', this.#documentChanged);
    this.doc.off('destroy', this.#documentDestroyed);
    this.awareness.off('update', this.#awarenessChanged);
    this.#stopWatchingPage();
    this.#leaveWarning.set(false);
    this.#device.close();
    if (this.#ownsAwareness) fenced(() => this.awareness.destroy());
    super.destroy();
  }

  // --- the connection

  async #target(): Promise<{ url: string; protocols: string[] }> {
    const token = await this.#access.token();
    const isTheSame = this.#isTheSame(this.#device.tokenNames(personOfToken(token)));
    if (!isTheSame) throw new Error('the token is somebody else’s');
    await this.#device.whenEpochKnown;
    if (this.#address === null) throw new Error('a document without a valid name has no address');
    const wishes = { fresh: !hasWritten(this.doc), compress: this.#decompression.works };
    const protocols = subprotocols(this.#sessionKey, token);
    return { url: this.#address.socketUrl(this.#device.epoch.known, wishes), protocols };
  }

  /** Ends the conversation when the one who is here now is not the one whose document this is. */
  #isTheSame(isTheSame: boolean): boolean {
    if (!isTheSame) this.#connection.refuse(refusal(CLOSE_CODES.otherPerson, ''));
    return isTheSame;
  }

  #connectionChanged(state: ConnectionState, before: ConnectionState): void {
    const wasSynced = this.synced;
    const session = this.#session;
    if (state.kind !== 'connected' && session !== null) {
      this.#bindToEpoch();
      this.#session = null;
      this.#access.ended();
      session.end();
    }
    if (wasSynced && !this.synced) this.#tell('sync', false);
    if (connectionStatus(state) !== connectionStatus(before)) {
      this.#tell('status', connectionStatus(state));
      if (state.kind === 'connected') this.#tell('transport', this.#connection.transport ?? 'websocket');
    }
    // A listener may have moved on already.
    if (this.#connection.state !== state) return;
    if (state.kind === 'waiting') this.#tell('retry', state.retryAt);
    if (state.kind === 'refused') this.#tell('closed', state.refusal);
  }

  /** The page goes, with everything saved: what was written here needs no client id of its own any more. */
  #retire(): void {
    if (this.saved) this.#session?.retire();
  }

  #forgives(code: number): boolean {
    if (this.#access.forgives(code)) return true;
    this.#bindToEpoch();
    // While the copy is being read nobody knows what it holds: the next attempt finds out.
    return code === CLOSE_CODES.epochChanged.code && (this.#device.isAwaited || this.#device.epoch.leave());
  }

  /** What the document holds during a session belongs to the session's epoch. */
  #bindToEpoch(): void {
    if (this.#session !== null && this.doc.store.clients.size > 0) this.#device.epoch.bind();
  }

  #receive(frame: Uint8Array): void {
    const message = decodeMessage(frame);
    if (message.type === 'compressed') void this.#connection.handleFirst(this.#decompression.message(message));
    else if (message.type === 'welcome') this.#welcomed(message.welcome);
    else if (this.#session === null) throw new ProtocolError('a message before the welcome');
    else this.#session.receive(message);
    if (message.type === 'notice') this.#noticed(message.notice);
  }

  #welcomed(welcome: Welcome): void {
    if (this.#session !== null) throw new ProtocolError('a second welcome');
    if (!this.#isTheSame(this.#device.serverNames(welcome.person?.id ?? null))) return;
    if (!this.#device.epoch.admits(welcome.epoch)) {
      this.#connection.refuse(refusal(CLOSE_CODES.epochChanged, ''));
      return;
    }
    this.#device.enter(welcome.epoch);
    this.#facts.connected(welcome);
    const session = new Session({
      doc: this.doc,
      outbox: this.#outbox,
      presence: this.#presence,
      clock: this.#clock,
      welcome,
      origin: this,
      send: (frame) => this.#connection.send(frame),
      copyLoaded: () => this.#device.loaded,
      synced: () => this.#syncedNow(),
      accountChanged: (restored) => this.#acknowledged(restored),
      tooBig: (error) => this.#connection.refuse(refusal(CLOSE_CODES.tooBig, error.message)),
      failed: (error) => this.#tell('error', error),
      broken: (error) => this.#connection.fail(error),
    });
    this.#session = session;
    this.#access.granted(welcome);
    this.#facts.properties = welcome.document;
    this.#connection.welcomed();
    // A listener may have ended the connection.
    if (this.#session === session) session.start();
  }

  #syncedNow(): void {
    this.#connection.succeeded();
    this.#access.succeeded();
    this.#whenSynced.resolve();
    this.#tell('sync', true);
  }

  #noticed(notice: Notice): void {
    if (notice.type === 'access' && typeof notice.role === 'string') {
      if (!this.#isTheSame(this.#device.serverNames(notice.person?.id ?? null))) return;
      if (this.#access.isChangedBy(notice)) this.#session?.accessChanged(notice.role);
      this.#access.granted(notice);
    }
    this.#facts.noticed(notice);
    this.#tell('notice', notice);
  }

  // --- the document, its presence, and the account of edits

  readonly #documentChanged = (update: Uint8Array, origin: unknown): void => {
    const whence = origin === this ? 'server' : this.#device.whence(origin);
    switch (whence) {
      case 'copy':
        return;
      case 'server':
        this.#device.keep(update, null);
        return;
      case 'tab':
        this.#device.keep(update, null);
        this.#session?.relayed(update);
        return;
      case null: {
        const edit = this.#outbox.edit();
        this.#device.keep(update, edit);
        if (this.#session?.live) this.#session.edited(update);
        else this.#device.tellTabs(update);
        this.#accountChanged();
        return;
      }
      default:
        whence satisfies never;
    }
  };

  readonly #documentDestroyed = (): void => this.destroy();

  readonly #awarenessChanged = ({ added, updated, removed }: AwarenessChanges): void => {
    const { clientId } = this.#presence;
    if ([added, updated, removed].some((ids) => ids.includes(clientId))) this.#session?.presenceChanged();
  };

  #acknowledged(restored: boolean): void {
    this.#device.durable(this.#outbox.durable, restored);
    this.#accountChanged();
  }

  #accountChanged(): void {
    const { saved, unsavedChanges } = this;
    this.#leaveWarning.set(unsavedChanges > 0);
    if (saved === this.#toldSaved && unsavedChanges === this.#toldUnsaved) return;
    this.#toldSaved = saved;
    this.#toldUnsaved = unsavedChanges;
    this.#tell('saved', saved);
  }

  #flushAll(): void {
    this.#session?.flush();
    this.#device.flush();
  }

  /** Tells the host. */
  #tell<Name extends keyof ProviderEvents>(name: Name, ...args: Parameters<ProviderEvents[Name]>): void {
    fenced(() => this.emit(name, args));
  }
}
