import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import {
  decodeMessage,
  encodeNotice,
  encodePermissionDenied,
  encodeStored,
  type Message,
  type Notice,
} from '../../protocol/messages.ts';
import type { Person } from '../../protocol/person.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { Action } from '../../protocol/roles.ts';
import type { Admission } from '../access/admission.ts';
import type { Grant } from '../access/authenticator.ts';
import { FROZEN, mayNow, shownAccess } from '../access/decision.ts';
import type { LiveAccess } from '../access/live-access.ts';
import type { Clock } from '../clock.ts';
import { bringsAnything, bringsStructs } from '../gate/update-weight.ts';
import type { ConnectionRates } from '../limits/allowance.ts';
import { audit, type SecurityEventFields, type SecurityEventName } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { Member } from '../room/member.ts';
import type { Lease, Registry } from '../room/registry.ts';
import { ConnectionBudget, type ConnectionQuotas, type OverBudget, type StorageRoom } from './budget.ts';
import { closeAfter, namingProtocol } from './close-after.ts';
import { EarlyFrames, openDocument, welcome } from './joining.ts';
import { KEEP_ALIVE } from './keep-alive.ts';
import type { Socket } from './socket.ts';
import { SyncStatus } from './sync-status.ts';

export interface ConnectionLimits {
  /** Longest message, in bytes; told to clients. The transport enforces it. */
  readonly messageBytes: number;
  /** Bytes waiting to be sent from which on a reader counts as slow. */
  readonly congestedBytes: number;
  /** Max bytes of frames kept while the document is loading. */
  readonly earlyBytes: number;
  /** What it may send and cost. */
  readonly rates: ConnectionRates;
  /** Whether viewers may show a name and a caret to others. */
  readonly viewersAreSeen: boolean;
}

export interface ConnectionDependencies {
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Looks after its access. */
  readonly admission: Pick<Admission, 'watch'>;
  readonly onClosed: (connection: Connection) => void;
  readonly storage: StorageRoom;
  readonly quotas: ConnectionQuotas;
}

export interface ConnectionOptions {
  readonly id: number;
  readonly documentName: string;
  /** Where it comes from, for the log. */
  readonly address: string;
  /** What it was let in with. */
  readonly grant: Grant;
  /** What it showed for that; null for nothing. */
  readonly token: string | null;
  /** Whether the client speaks `coscribe.1`; otherwise it is a stock Yjs client. */
  readonly speaksCoscribe: boolean;
  /** Whether the client has not written yet and would take a client id of somebody who left. */
  readonly wantsClientId: boolean;
  /** Whether the client takes messages that are compressed. */
  readonly decompresses: boolean;
}

type State =
  /** The document is being loaded; what the client sent meanwhile waits here, in order (SYN-2). */
  | { readonly kind: 'joining'; readonly early: EarlyFrames }
  | { readonly kind: 'joined'; readonly lease: Lease }
  | { readonly kind: 'closed' };

/**
 * One participant on one socket, from the accepted upgrade to the end.
 *
 *   joining --loaded--> joined --close, error, refusal, server stops--> closed
 *      +----------- load fails, socket gone ---------------------------^
 *
 * It decodes frames, checks the role, and is the room's member. It never throws to the transport: whatever a frame does,
 * the worst is that this connection is closed (SEC-12).
 */
export class Connection implements Member {
  readonly id: number;
  readonly documentName: string;
  readonly decompresses: boolean;
  /** Where it comes from. */
  readonly address: string;
  /** When it began, by the clock. */
  readonly since: number;
  readonly #socket: Socket;
  readonly #access: LiveAccess;
  readonly #viewersAreSeen: boolean;
  readonly #speaksCoscribe: boolean;
  readonly #wantsClientId: boolean;
  readonly #limits: ConnectionLimits;
  readonly #logger: Logger;
  readonly #onClosed: (connection: Connection) => void;
  readonly #budget: ConnectionBudget;
  /** Only of a stock client. */
  readonly #syncStatus = new SyncStatus();
  /** The newest presence that came too soon after others; the sweep or the next one passes it on. */
  #latePresence: Uint8Array | null = null;
  #state: State;
  /** Update messages received, sync step 2 and update alike. */
  #updates = 0;
  /** Whether the room was told that this socket is congested and waits for `drained`. */
  #toldCongested = false;
  /** Set by every message sent, cleared by the heartbeat: tells whether the client heard anything lately. */
  sentSinceSweep = true;
  #received = 0;
  /** Messages and bytes received when the last sweep saw that a message had been completed. */
  #receivedAtSweep = 0;
  #bytesAtSweep = 0;

  constructor(socket: Socket, options: ConnectionOptions, dependencies: ConnectionDependencies) {
    this.#socket = socket;
    this.id = options.id;
    this.#speaksCoscribe = options.speaksCoscribe;
    this.decompresses = options.speaksCoscribe && options.decompresses;
    this.#wantsClientId = options.wantsClientId && mayNow(options.grant, 'write');
    this.documentName = options.documentName;
    this.address = options.address;
    this.since = dependencies.clock.now();
    this.#limits = dependencies.limits;
    this.#state = { kind: 'joining', early: new EarlyFrames(dependencies.limits.earlyBytes) };
    this.#logger = dependencies.logger;
    this.#onClosed = dependencies.onClosed;
    const { admission, clock } = dependencies;
    this.#viewersAreSeen = dependencies.limits.viewersAreSeen;
    this.#access = admission.watch(options, options.grant, {
      changed: (grant, before) => this.#accessChanged(grant, before),
      lost: (code, reason) => this.#accessLost(code, reason),
    });
    const person = options.grant.person?.id ?? null;
    const { quotas, limits, storage } = dependencies;
    this.#budget = new ConnectionBudget(limits.rates, { quotas, storage, address: this.address, person, clock });
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** What carries it. */
  get transport(): string {
    return this.#socket.transport;
  }

  get person(): Person | null {
    return this.#access.grant.person;
  }

  /** What it may do and who it is, at this moment. */
  get grant(): Grant {
    return this.#access.grant;
  }

  get mayWork(): boolean {
    return this.#budget.mayWork;
  }

  get mayMerge(): boolean {
    return this.#budget.mayMerge;
  }

  takeClientIds(count: number): boolean {
    return this.#budget.takeClientIds(count);
  }

  worked(milliseconds: number): void {
    this.#budget.worked(milliseconds);
  }

  get congested(): boolean {
    const congested = this.#socket.bufferedBytes > this.#limits.congestedBytes;
    if (congested) this.#toldCongested = true;
    return congested;
  }

  /**
   * Opens the document and joins its room. `epoch` is that of the copy which the client brings, if it says.
   * Resolves when it has joined, or when the connection has been closed instead.
   */
  async join(registry: Registry, epoch: string | null): Promise<void> {
    this.#socket.pause();
    const { documentName, address } = this;
    const arrival = { documentName, address, epoch, speaksCoscribe: this.#speaksCoscribe };
    const opened = await openDocument(registry, arrival);
    if (opened.kind === 'refused') {
      this.close(opened.code, opened.reason);
      return;
    }
    const { lease } = opened;
    if (this.#state.kind !== 'joining') {
      lease.release();
      return;
    }
    const { early } = this.#state;
    this.#state = { kind: 'joined', lease };
    if (this.#speaksCoscribe) {
      const limits = { messageBytes: this.#limits.messageBytes };
      const told = { ...shownAccess(this.#access.grant), ...this.#expiry(), ...this.#identity(), limits };
      this.deliver([welcome(lease, this, { wantsClientId: this.#wantsClientId, told })]);
    }
    lease.room.join(this);
    for (const frame of early) this.#take(frame);
    this.#socket.resume();
  }

  /** Takes one frame of the client. */
  receive(frame: Uint8Array): void {
    if (this.#state.kind === 'closed') return;
    this.#received += 1;
    if (this.#isWithin(this.#budget.takeMessage(frame.length))) this.#take(frame);
  }

  /** Whether nothing was too much; closes it otherwise. */
  #isWithin(over: OverBudget | null): boolean {
    if (over !== null) this.close(over.code, over.reason);
    return over === null;
  }

  #take(frame: Uint8Array): void {
    const state = this.#state;
    switch (state.kind) {
      case 'joining':
        if (!state.early.keep(frame)) {
          this.close(CLOSE_CODES.tryAgainLater, 'Too much was sent before the document was loaded.');
        }
        return;
      case 'joined':
        if (!this.#speaksCoscribe && SyncStatus.isOne(frame)) this.#guard(() => this.#takeSyncStatus(frame));
        else this.#guard(() => this.#handle(state.lease, this.#decode(frame)));
        return;
      case 'closed':
        return;
      default:
        state satisfies never;
    }
  }

  #decode(frame: Uint8Array): Message {
    try {
      return decodeMessage(frame);
    } catch (error) {
      throw namingProtocol(error, frame);
    }
  }

  #takeSyncStatus(frame: Uint8Array): void {
    const answer = this.#syncStatus.ask(frame, this.#updates);
    // A client that hears nothing for three seconds gives the connection up.
    this.deliver(answer === null ? KEEP_ALIVE : [answer]);
  }

  /** A frame that holds text: no client of this protocol sends one. */
  receiveText(): void {
    this.close(CLOSE_CODES.malformed, 'Messages are binary; a text message came.');
  }

  /** Bytes that wait in memory for it: to be sent, of a message that is not complete, to be passed on, and of its merge. */
  get waitingBytes(): number {
    const early = this.#state.kind === 'joining' ? this.#state.early.bytes : 0;
    const merging = this.#state.kind === 'joined' ? this.#state.lease.room.waitingBytes(this) : 0;
    const held = early + merging + (this.#latePresence?.length ?? 0);
    return this.#socket.heldBytes + this.#socket.memoryOf(this.#socket.bytesRead - this.#bytesAtSweep) + held;
  }

  /** Ends it without a goodbye, which would have to wait behind everything else. */
  drop(reason: string): void {
    if (this.#state.kind === 'closed') return;
    this.#logger.info({ connection: this.id, document: this.documentName, reason }, 'A connection is dropped.');
    this.#socket.terminate();
    this.closed();
  }

  /** Called by the heartbeat from time to time: passes on what was held back. */
  sweep(): void {
    if (this.#received !== this.#receivedAtSweep) {
      this.#receivedAtSweep = this.#received;
      this.#bytesAtSweep = this.#socket.bytesRead;
    }
    const late = this.#may('be-seen') ? this.#latePresence : null;
    if (late === null || this.#state.kind !== 'joined' || !this.#budget.takePresence()) return;
    const { room } = this.#state.lease;
    this.#latePresence = null;
    this.#guard(() => room.receivePresence(this, late));
  }

  /** What waited to be sent has left. */
  drained(): void {
    if (!this.#toldCongested || this.#state.kind !== 'joined') return;
    this.#toldCongested = false;
    const { room } = this.#state.lease;
    this.#guard(() => room.drained(this));
  }

  /** The socket is gone, no matter who ended it. */
  closed(): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#access.end();
    if (state.kind === 'joined') {
      state.lease.room.leave(this);
      state.lease.release();
    }
    this.#onClosed(this);
  }

  deliver(messages: readonly Uint8Array[]): void {
    this.sentSinceSweep = true;
    this.#socket.send(messages);
  }

  stored(count: number): void {
    const answer = this.#speaksCoscribe ? encodeStored(count) : this.#syncStatus.stored(count);
    if (answer !== null) this.deliver([answer]);
  }

  notify(notice: Notice): void {
    if (this.#speaksCoscribe) this.deliver([encodeNotice(notice)]);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state.kind === 'closed') return;
    if (code === CLOSE_CODES.forbidden) this.#audit('refused', { code: code.name, reason });
    else if (code === CLOSE_CODES.rateLimited) this.#audit('rate-limited', { code: code.name, reason });
    else {
      // Somebody's program is wrong, or somebody tries something: either way somebody should look.
      const level = code === CLOSE_CODES.malformed ? 'warn' : 'info';
      this.#logger[level](
        { connection: this.id, document: this.documentName, code: code.code, close: code.name, reason },
        'A connection is closed by the server.',
      );
    }
    this.#end(code, reason);
  }

  #end(code: CloseCode, reason: string): void {
    this.#socket.close(code.code, reason);
    this.closed();
  }

  #audit(event: SecurityEventName, fields: SecurityEventFields): void {
    const { role, person, through } = this.#access.grant;
    audit(this.#logger, event, {
      document: this.documentName,
      connection: this.id,
      address: this.address,
      person: person?.id ?? null,
      role,
      through,
      ...fields,
    });
  }

  #handle(lease: Lease, message: Message): void {
    const { room } = lease;
    switch (message.type) {
      case 'sync-step-1':
        if (this.#isWithin(this.#budget.takeQuestion())) room.synchronise(this, message.stateVector);
        return;
      case 'sync-step-2':
      case 'update':
        this.#updates += 1;
        if (!this.mayWrite && bringsAnything(message.update)) {
          // Readers' copies tidy up formatting by themselves, and stock clients answer with all deletions they know.
          if (this.#budget.mayWork && room.wouldNotNotice(this, message.update)) return;
          const reason = this.#access.grant.frozen === true ? FROZEN : 'You may read this document, not change it.';
          if (!this.#speaksCoscribe) this.deliver([encodePermissionDenied(reason)]);
          this.close(CLOSE_CODES.forbidden, reason);
          return;
        }
        if (bringsAnything(message.update) && !room.document.exists) {
          if (!this.#isWithin(this.#budget.takeCreation())) return;
        }
        if (bringsStructs(message.update)) {
          if (!this.#isWithin(this.#budget.takeStorage(message.update.length))) return;
        }
        room.receive(this, message.update, { merge: message.type === 'sync-step-2', count: this.#updates });
        return;
      case 'awareness':
        // Stock clients say it no matter who they are; so it is passed over rather than refused.
        if (!this.#may('be-seen')) return;
        if (this.#budget.takePresence()) {
          this.#latePresence = null;
          room.receivePresence(this, message.update);
        } else {
          // Bytes of its own: the frame's are not ours to keep.
          this.#latePresence = new Uint8Array(message.update);
        }
        return;
      case 'retire':
        room.retireClientId(this, message.clientId, this.#updates);
        return;
      case 'query-awareness':
        if (this.#isWithin(this.#budget.takeQuestion())) room.tellPresence(this);
        return;
      case 'token':
        if (this.#isWithin(this.#budget.takeQuestion())) this.#access.renew(message.token);
        return;
      case 'auth':
      case 'welcome':
      case 'stored':
      case 'notice':
      case 'compressed':
        throw new ProtocolError(`a client must not send "${message.type}"`);
      default:
        message satisfies never;
    }
  }

  get mayWrite(): boolean {
    return this.#may('write');
  }

  #may(action: Action): boolean {
    const { grant } = this.#access;
    return mayNow(grant, action) || (action === 'be-seen' && grant.role === 'viewer' && this.#viewersAreSeen);
  }

  #expiry(): { expiresIn?: number } {
    const { expiresIn } = this.#access;
    return expiresIn === null ? {} : { expiresIn };
  }

  #identity(): { person?: Person } {
    return this.person === null ? {} : { person: this.person };
  }

  #accessChanged(grant: Grant, before: Grant): void {
    const { role, person } = grant;
    if (role !== before.role) this.#audit('role-changed', {});
    if (person?.id !== before.person?.id) this.#budget.belongsTo(person?.id ?? null);
    if (this.#state.kind !== 'joined') return;
    // Somebody else than before shows up again by what the client says next.
    if (!this.#may('be-seen') || person?.id !== before.person?.id) this.#state.lease.room.hide(this);
    this.notify({ type: 'access', ...shownAccess(grant), ...this.#expiry(), ...this.#identity() });
  }

  #accessLost(code: CloseCode, reason: string): void {
    // Access that could not be decided, or is to be asked for later, was not taken away.
    if (code === CLOSE_CODES.tryAgainLater || code === CLOSE_CODES.rateLimited) {
      this.close(code, reason);
      return;
    }
    this.#audit('revoked', { code: code.name, reason });
    this.#end(code, reason);
  }

  /** The one place where a frame's failure becomes this connection's end. */
  #guard(handle: () => void): void {
    try {
      handle();
    } catch (err) {
      const { code, reason } = closeAfter(err);
      if (code === CLOSE_CODES.internalError) {
        const fields = { err, connection: this.id, document: this.documentName };
        this.#logger.error(fields, 'A message could not be handled.');
      }
      this.close(code, reason);
    }
  }
}
