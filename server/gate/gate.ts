import * as Y from 'yjs';
import { inCausalOrder } from './gate-order.ts';
import { ClientIdOwners, type Sender } from './gate-owners.ts';
import { sliceDeletes, sliceStructs, sliceWithoutRight } from './gate-slice.ts';
import { clockOf, countSteps, depthOf, isMisread, isUnseen } from './gate-walk.ts';
import { UpdateRefused } from './update-refused.ts';
import { type DocumentKind, NONE, type ScannedStruct, UpdateScan } from './update-scan.ts';

export type { Sender } from './gate-owners.ts';

/** Bounds of what one update or one connection may cost. */
export interface GateLimits {
  /**
   * Items that a live update may make Yjs look at while it finds places. Typing looks at none. A merge of offline work, which
   * may find a document much changed, looks at as many as it takes: its time is measured instead.
   */
  readonly liveSteps: number;
  /**
   * Client ids new to the document that one connection may bring in live updates. Each one makes every later transaction
   * slower, for everybody.
   */
  readonly liveClientIds: number;
  /** The same for a connection that also merges. */
  readonly mergeClientIds: number;
  /** Client ids that a document may have altogether. With that many a transaction takes some ten milliseconds. */
  readonly documentClientIds: number;
  /** Named top-level types of a document of kind `any`. They stay for ever. */
  readonly rootNames: number;
  /** Longest name of such a type, in UTF-16 code units. */
  readonly rootNameLength: number;
  /** Max shared types, its root among them, that one may be nested in. Yjs deletes and collects them recursively. */
  readonly typeDepth: number;
}

export const GATE_LIMITS: GateLimits = {
  liveSteps: 1_000,
  liveClientIds: 1_000,
  mergeClientIds: 10_000,
  documentClientIds: 20_000,
  rootNames: 100,
  rootNameLength: 200,
  typeDepth: 200,
};

/** Says when an update has had its time for now. Asked often: it must be cheap. */
export type TimeIsUp = () => boolean;

const TAKES_ITS_TIME: TimeIsUp = () => false;

/** What a gate guards. */
export type GateOptions = DocumentKind & { readonly limits?: Partial<GateLimits> };

/** How many client ids the gate remembers to have advanced before it forgets them at the end of a turn. */
const REMEMBERED_CLOCKS = 64;

const EMPTY_UPDATE_LENGTH = 2;

/**
 * Decides whether an update of a client may reach Yjs, which trusts anyone who writes. Two steps, so that updates can wait
 * for the end of a turn:
 *
 *   admit(bytes) -> refused   malformed, or something no working client sends: close the sender
 *                -> 'gap'     builds on something that is not here: ask for a resync, forget the bytes
 *                -> 'pass'    keep the bytes, and call apply(bytes) later, in the order of admission
 *   apply(bytes) -> 'applied' it is in the document
 *                -> 'more'    it took as long as it may in one go: apply the same bytes again, they go on from there
 *                -> 'gap'     as above
 *                -> refused   as above
 *
 * Safety: whatever comes, apply leaves no pending structs or deletes in the document (SEC-9), nothing that cannot be
 * encoded and loaded again, and nothing whose place depends on the order of arrival. An update that does not get
 * through leaves no trace, except that of a large one the beginning may stay, which is as good as an update of its own.
 *
 * Admission looks at the document as it will be when everything that was admitted before is applied. Application checks
 * again, because something before it may have failed.
 */
export class Gate {
  readonly #doc: Y.Doc;
  readonly #isText: boolean;
  readonly #limits: GateLimits;
  readonly #scan: UpdateScan;
  readonly #owners = new ClientIdOwners();
  /** Next clocks of clients that admitted updates advance. Never believed when the document knows more. */
  readonly #admitted = new Map<number, number>();
  /** Root names that admitted updates bring. */
  readonly #admittedRoots = new Set<string>();
  #waiting = 0;

  /** Guards `doc`, which may be loaded before or after but not through the gate. */
  constructor(doc: Y.Doc, options: GateOptions) {
    this.#doc = doc;
    this.#isText = options.kind === 'text';
    if (options.kind === 'text') doc.getText(options.field);
    this.#limits = { ...GATE_LIMITS, ...options.limits };
    this.#scan = new UpdateScan(options);
  }

  /**
   * Checks an update in V1 encoding against the rules of its bytes and against the document with all that was admitted.
   * `merge` says that it answers a sync step 1 and may bring a lot; otherwise it is a live edit.
   *
   * New structs under a client id that belongs to somebody else who is connected are a gap too: it is a forgery, which
   * gets nowhere, or a relay (another tab's offline copy) that was faster than the owner, who will bring them.
   * @throws UpdateRefused
   */
  admit(update: Uint8Array, sender: Sender, merge: boolean): 'pass' | 'gap' {
    const scan = this.#scan;
    scan.read(update);
    if (!this.#isComplete(true) || !this.#mayWrite(sender)) return 'gap';
    this.#checkClientIds(sender, merge);
    if (!this.#isText) this.#admitRoots();
    this.#take(sender, merge);
    this.#waiting += 1;
    return 'pass';
  }

  /**
   * Applies an update that was admitted. Meant to be called inside one `doc.transact` for all that wait; the origin of the
   * transaction is `sender` otherwise.
   *
   * It stops when `timeIsUp` says so, but never without having got on. What it took in until then is as good as an
   * update of its own, so anything may happen in the document before it goes on.
   * @throws UpdateRefused
   */
  apply(update: Uint8Array, sender: Sender, merge: boolean, timeIsUp = TAKES_ITS_TIME): 'applied' | 'more' | 'gap' {
    if (this.#waiting > 0) this.#waiting -= 1;
    let result: 'applied' | 'more' | 'gap' = 'gap';
    try {
      this.#scan.read(update);
      if (this.#isComplete(false)) result = this.#integrate(update, sender, merge, timeIsUp);
    } catch (error) {
      if (error instanceof UpdateRefused) throw error;
      throw new UpdateRefused('yjs-failed', { cause: error });
    } finally {
      if (result !== 'applied') this.#forgetAdmitted();
      else if (this.#waiting === 0 && this.#admitted.size > REMEMBERED_CLOCKS) this.#forgetAdmitted();
    }
    return result;
  }

  /**
   * Whether `update` brings nothing, and deletes nothing but what is deleted already and marks of formatting. Copies delete marks by
   * themselves that have no effect.
   * @throws UpdateRefused when it is not well-formed.
   */
  showsNothing(update: Uint8Array): boolean {
    this.#scan.read(update);
    if (this.#scan.blockCount > 0 || !this.#isComplete(false)) return false;
    for (const [client, ranges] of Y.decodeUpdate(update).ds.clients) {
      for (const { clock, len } of ranges) if (!isUnseen(this.#doc, client, clock, len)) return false;
    }
    return true;
  }

  /** Grants `clientId`, which is nobody's, to `sender` to write under. */
  grant(clientId: number, sender: Sender): void {
    this.#owners.claim(clientId, sender);
  }

  /**
   * Keeps `clientId` for `sender`, who says by its presence that it is going to write under it. Does nothing when the id
   * belongs to somebody else. Without this, an id belongs to anyone who types under it first.
   */
  reserve(clientId: number, sender: Sender): void {
    if (this.#owners.allows(clientId, sender)) this.#owners.reserve(clientId, sender);
  }

  /**
   * The owner of `clientId` gives it up, to be written under by others.
   * @returns false when it is not the sender's alone, or the sender was neither granted it nor wrote under it: it could be
   * somebody's who is away and goes on writing
   */
  disown(clientId: number, sender: Sender): boolean {
    return this.#owners.disown(clientId, sender);
  }

  /** The connection has left: client ids that it alone wrote with are nobody's. */
  release(sender: Sender): void {
    this.#owners.release(sender);
  }

  /**
   * Whether everything that the scanned update builds on is in the document, with or without what was admitted. Notes in
   * each block what is known of its client.
   */
  #isComplete(withAdmitted: boolean): boolean {
    const scan = this.#scan;
    if (scan.hasSkips) return false;
    for (let i = 0; i < scan.blockCount; i++) {
      const block = scan.block(i);
      block.known = this.#clock(block.client, withAdmitted);
      if (block.clock > block.known) return false;
    }
    for (let i = 0; i < scan.structCount; i++) {
      const struct = scan.struct(i);
      const { client } = struct;
      const complete =
        this.#has(client, struct.originClient, struct.originClock, withAdmitted) &&
        this.#has(client, struct.rightClient, struct.rightClock, withAdmitted) &&
        this.#has(client, struct.parentClient, struct.parentClock, withAdmitted);
      if (!complete) return false;
    }
    for (let i = 0; i < scan.deletesCount; i++) {
      const { client, endClock, units } = scan.deletes(i);
      const known = this.#clockAfter(client, withAdmitted);
      if (endClock > known) return false;
      // Ranges that overlap make Yjs go over the same items once for each.
      if (units > known) throw new UpdateRefused('overlapping-deletes');
    }
    return true;
  }

  /** Whether a struct of `author` may build on this unit. The scan has seen to it that own units come earlier. */
  #has(author: number, client: number, clock: number, withAdmitted: boolean): boolean {
    return client === NONE || client === author || clock < this.#clockAfter(client, withAdmitted);
  }

  #clock(client: number, withAdmitted: boolean): number {
    const known = clockOf(this.#doc, client);
    if (!withAdmitted) return known;
    const admitted = this.#admitted.get(client);
    return admitted !== undefined && admitted > known ? admitted : known;
  }

  /** The next clock of `client` once the scanned update is in. */
  #clockAfter(client: number, withAdmitted: boolean): number {
    const index = this.#scan.blockOf(client);
    if (index === NONE) return this.#clock(client, withAdmitted);
    const { known, endClock } = this.#scan.block(index);
    return endClock > known ? endClock : known;
  }

  #mayWrite(sender: Sender): boolean {
    const scan = this.#scan;
    for (let i = 0; i < scan.blockCount; i++) {
      const { client, endClock, known } = scan.block(i);
      if (endClock <= known) continue;
      // Nobody writes as the server; Yjs would make it change its id.
      if (client === this.#doc.clientID || !this.#owners.allows(client, sender)) return false;
    }
    return true;
  }

  #admitRoots(): void {
    const { rootNames, rootNameLength } = this.#limits;
    const names = new Set<string>();
    for (let i = 0; i < this.#scan.structCount; i++) {
      const name = this.#scan.struct(i).rootName;
      if (name === null || this.#doc.share.has(name) || this.#admittedRoots.has(name)) continue;
      names.add(name);
      const count = this.#doc.share.size + this.#admittedRoots.size + names.size;
      if (name.length > rootNameLength || count > rootNames) throw new UpdateRefused('too-many-roots');
    }
    for (const name of names) this.#admittedRoots.add(name);
  }

  #checkClientIds(sender: Sender, merge: boolean): void {
    const scan = this.#scan;
    let introduced = 0;
    for (let i = 0; i < scan.blockCount; i++) if (scan.block(i).known === 0) introduced += 1;
    if (introduced === 0) return;
    if (this.#doc.store.clients.size + introduced > this.#limits.documentClientIds) {
      throw new UpdateRefused('document-clients');
    }
    const max = merge ? this.#limits.mergeClientIds : this.#limits.liveClientIds;
    const isTooMany =
      this.#owners.introducedBy(sender) + introduced > max || sender.takeClientIds?.(introduced) === false;
    if (isTooMany) throw new UpdateRefused('too-many-clients');
    this.#owners.introduce(introduced, sender);
  }

  /** Counts the scanned update as admitted. */
  #take(sender: Sender, merge: boolean): void {
    const scan = this.#scan;
    let writers = 0;
    let writer = NONE;
    for (let i = 0; i < scan.blockCount; i++) {
      const { client, endClock, known } = scan.block(i);
      if (endClock <= known) continue;
      this.#admitted.set(client, endClock);
      writers += 1;
      writer = client;
    }
    // Typing brings structs of one client. What brings several, or answers a resync, is a copy that may hold anybody's
    // work; who carries that must not lock out the one who wrote it and is about to reconnect.
    if (writers === 1 && !merge) this.#owners.claim(writer, sender);
  }

  #forgetAdmitted(): void {
    this.#waiting = 0;
    this.#admitted.clear();
    this.#admittedRoots.clear();
  }

  /** Brings the scanned update, which is complete, into the document. `gap`: a live update would take too many steps. */
  #integrate(update: Uint8Array, sender: Sender, merge: boolean, timeIsUp: TimeIsUp): 'applied' | 'more' | 'gap' {
    const scan = this.#scan;
    if (update.length === EMPTY_UPDATE_LENGTH) return 'applied';
    const mostSteps = merge ? Number.POSITIVE_INFINITY : this.#limits.liveSteps;
    const budget = { steps: mostSteps };
    // Known structs never reach Yjs: it would split items at their neighbours, which may be forged this time.
    if (scan.blockCount === 0 || (this.#isPlain() && this.#checkRun(0, budget) === scan.structCount)) {
      if (budget.steps < 0) return 'gap';
      this.#applyToYjs(update, sender);
      return 'applied';
    }
    budget.steps = mostSteps;
    let result: 'applied' | 'more' | 'gap' = 'applied';
    let gotOn = false;
    const mayGoOn = (): boolean => {
      if (!gotOn || !timeIsUp()) return true;
      result = 'more';
      return false;
    };
    this.#doc.transact(() => {
      const complete = inCausalOrder(scan, (index) => {
        const struct = scan.struct(index);
        if (struct.clock + struct.length <= clockOf(this.#doc, struct.client)) return index + 1;
        if (!mayGoOn()) return false;
        const misread = this.#isMisread(struct);
        if (misread) struct.rightClient = NONE;
        const last = this.#checkRun(index, budget, misread ? 1 : scan.structCount);
        if (budget.steps < 0) {
          result = 'gap';
          return false;
        }
        const slice = misread
          ? sliceWithoutRight(update, struct)
          : sliceStructs(update, struct, last - index, scan.struct(last - 1).end);
        this.#applyToYjs(slice, sender);
        gotOn = true;
        return last;
      });
      if (complete && scan.deletesCount > 0 && mayGoOn()) {
        this.#applyToYjs(sliceDeletes(update, scan.deletesStart), sender);
      }
    }, sender);
    return result;
  }

  /** Whether the update has a single block, with nothing known in it but a part of the first struct, which is read as written. */
  #isPlain(): boolean {
    const scan = this.#scan;
    if (scan.blockCount !== 1) return false;
    const first = scan.struct(0);
    return first.clock + first.length > scan.block(0).known && !this.#isMisread(first);
  }

  /** Only undo in nested types writes such structs; in a text they are forged, and refused. */
  #isMisread(struct: ScannedStruct): boolean {
    return !this.#isText && isMisread(this.#doc, struct);
  }

  /**
   * Checks the place of the struct `index`, which must be next in order, and goes on through the structs behind it that were
   * written right after each other, before the same right neighbour: those are in order if the first is. Wherever that
   * has come to stand, nothing names what follows it as its left neighbour yet, so Yjs looks at one item at most for each of
   * them. Returns the index behind the run, of `max` structs at most, and takes its steps from the budget.
   */
  #checkRun(index: number, budget: { steps: number }, max = this.#scan.structCount): number {
    const scan = this.#scan;
    const head = scan.struct(index);
    const steps = head.isGC ? 0 : countSteps(this.#doc, head, budget.steps, this.#isText);
    budget.steps -= steps;
    let hasType = head.isType;
    let before = head;
    let last = index + 1;
    for (const end = Math.min(index + max, scan.block(scan.blockOf(head.client)).last); last < end; last++) {
      const struct = scan.struct(last);
      const follows =
        !struct.isGC &&
        !before.isGC &&
        struct.originClient === head.client &&
        struct.originClock === struct.clock - 1 &&
        struct.rightClient === head.rightClient &&
        (head.rightClient === NONE || struct.rightClock === head.rightClock);
      if (!follows) break;
      if (steps > 0) budget.steps -= 1;
      hasType ||= struct.isType;
      before = struct;
    }
    if (hasType && depthOf(this.#doc, head, this.#limits.typeDepth) > this.#limits.typeDepth) {
      throw new UpdateRefused('too-deep');
    }
    return last;
  }

  #applyToYjs(update: Uint8Array, sender: Sender): void {
    const { store } = this.#doc;
    let cause: unknown = null;
    try {
      Y.applyUpdate(this.#doc, update, sender);
    } catch (error) {
      cause = error;
    }
    if (cause === null && store.pendingStructs === null && store.pendingDs === null) return;
    store.pendingStructs = null;
    store.pendingDs = null;
    throw new UpdateRefused('yjs-failed', { cause });
  }
}
