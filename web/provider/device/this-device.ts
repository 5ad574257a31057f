import * as Y from 'yjs';
import type { DocumentProperties } from '../../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import type { OfflineCopyState } from '../provider-options.ts';
import { applyRows } from './apply-rows.ts';
import { DocumentEpoch } from './document-epoch.ts';
import { OfflineCopy } from './offline-copy.ts';
import { TabChannel } from './tab-channel.ts';

/** How long the connection waits for the offline copy, in milliseconds. A copy that is read later is still merged and sent. */
const COPY_TIMEOUT_MS = 3_000;

/**
 * ```
 *   reading --- took too long ---> late
 *      |                            |
 *      +---- read ----> ready <-----+          none: from the beginning, or once the copy was deleted
 *      |                  |         |          closed: final, from every state
 *      +---- failure -> failed <----+
 * ```
 */
type CopyState = 'none' | 'reading' | 'late' | 'ready' | 'failed' | 'closed';

export interface ThisDeviceOptions {
  readonly doc: Y.Doc;
  /** Names the document of a person, or of a guest, on this device; null for a name that no document can have: it is not kept. */
  readonly key: ((person: string | null) => string) | null;
  /** Whose it is, where the page says so; undefined where token or server do. */
  readonly person: string | null | undefined;
  /** Whether a copy is wanted, where there is IndexedDB. */
  readonly wanted: boolean;
  readonly clock: Clock;
  /** The copy is about to be applied, with this many edits that are not known to be durable on the server. */
  readonly restored: (unsavedEdits: number) => void;
  /** The copy knew these. */
  readonly properties: (properties: DocumentProperties) => void;
  /** The document holds all of the copy by now, or there is none. */
  readonly loaded: () => void;
  /** Nobody waits for the copy any more: it was read, it failed, or it took too long. */
  readonly waitOver: () => void;
  /** What became of the copy, for the host. */
  readonly told: (state: OfflineCopyState) => void;
  /** Something could not be applied. */
  readonly failed: (error: unknown) => void;
}

/** Whose document this is, and who said so. */
interface Owner {
  readonly by: 'page' | 'token' | 'server';
  /** Null for a guest. */
  readonly person: string | null;
}

/** A change that waits until it is known whose copy it goes into. */
interface EarlyChange {
  readonly update: Uint8Array;
  readonly edit: number | null;
}

/**
 * What this device has of one document: the copy in IndexedDB, the life of the document that it belongs to (`epoch`), and the
 * other tabs of this browser, which get edits from here while there is no connection. All of that is one person's: it is opened when
 * it is known who that is, and for nobody else.
 */
export class ThisDevice {
  readonly epoch = new DocumentEpoch();
  readonly #options: ThisDeviceOptions;
  #copy: OfflineCopy | null = null;
  #tabs: TabChannel | null = null;
  #owner: Owner | null = null;
  #early: EarlyChange[] = [];
  readonly #copyOrigin = { from: 'offline copy' };
  readonly #tabOrigin = { from: 'another tab' };
  readonly #whenLoaded = deferred();
  #epochKnown = deferred();
  #state: CopyState = 'none';
  #timer: unknown = null;

  constructor(options: ThisDeviceOptions) {
    this.#options = options;
    const { key, wanted, told } = options;
    if (!wanted || key === null) return;
    if (OfflineCopy.available) this.#state = 'reading';
    // After the constructor, so that somebody can listen.
    else queueMicrotask(() => told({ state: 'unavailable' }));
  }

  /** Whether the connection has to wait: what the copy holds decides what it says first. */
  get isAwaited(): boolean {
    return this.#state === 'reading';
  }

  /** Whether the document holds all of the copy, or there is none. */
  get loaded(): boolean {
    return this.#state !== 'reading' && this.#state !== 'late';
  }

  /** Whether what is written now survives a reload of the page. */
  get keeps(): boolean {
    return this.#copy !== null && (this.#state === 'reading' || this.#state === 'ready');
  }

  /** Fulfilled when `loaded` is true. */
  get whenLoaded(): Promise<void> {
    return this.#whenLoaded.promise;
  }

  /** Fulfilled when the epoch of the copy is known, or there is no more waiting for it. */
  get whenEpochKnown(): Promise<void> {
    return this.#epochKnown.promise;
  }

  /** Begins to read the copy, or to wait for whose it is. */
  start(): void {
    const { person } = this.#options;
    if (this.#state === 'none') {
      this.#whenLoaded.resolve();
      this.#epochKnown.resolve();
    } else this.#waitForCopy();
    if (person !== undefined) this.#isOwner('page', person);
  }

  /**
   * The token names this person; undefined when only the server can read it.
   * @returns whether it is the one whose document this is
   */
  tokenNames(person: string | null | undefined): boolean {
    if (this.#owner?.by === 'page') return true;
    if (person !== undefined) return this.#isOwner('token', person);
    if (this.#owner !== null) return this.#owner.by === 'server';
    // Waiting for the copy would be waiting for oneself: it comes after the server has answered.
    if (this.#state === 'reading') this.#move('late');
    return true;
  }

  /** The server names this person. @returns whether it is the one whose document this is */
  serverNames(person: string | null): boolean {
    const by = this.#owner?.by;
    // The server may call people otherwise than page and token; those name the same one as before.
    return by === 'page' || by === 'token' || this.#isOwner('server', person);
  }

  /** Whether a change of the document came from here: the copy, or another tab. */
  whence(origin: unknown): 'copy' | 'tab' | null {
    if (origin === this.#copyOrigin) return 'copy';
    return origin === this.#tabOrigin ? 'tab' : null;
  }

  /** Keeps a change. @param edit its number, when it is an edit of this page */
  keep(update: Uint8Array, edit: number | null): void {
    if (this.#copy !== null) this.#copy.append(update, edit);
    else if (this.#state === 'reading' || this.#state === 'late') this.#early.push({ update, edit });
  }

  /** Tells the other tabs of an edit that has no other way to them. */
  tellTabs(update: Uint8Array): void {
    this.#tabs?.post(update, this.epoch.known);
  }

  /** The server has let this page in to this life of the document, which was admitted. */
  enter(epoch: string): void {
    this.#copy?.adopt(epoch);
    this.epoch.enter(epoch);
  }

  /** Keeps title and language. */
  keepProperties(properties: DocumentProperties): void {
    this.#copy?.keep(properties);
  }

  /** The edits of this page up to this number are durable on the server. @param restored so are those of earlier pages */
  durable(through: number, restored: boolean): void {
    this.#copy?.durable(through);
    if (restored) this.#copy?.restoredDurable();
  }

  /** Writes what waits. */
  flush(): void {
    this.#copy?.flush();
  }

  /** Fulfilled when the copy holds what is known here: edits, and that they are on the server. Never rejects. */
  async written(): Promise<void> {
    await this.#copy?.written();
  }

  /** Deletes the copy, edits that are nowhere else included. Rejects when the browser refuses. */
  async delete(): Promise<void> {
    await this.#copy?.close();
    const { key } = this.#options;
    if (key !== null && this.#owner !== null && OfflineCopy.available)
      await OfflineCopy.delete(key(this.#owner.person));
    if (this.#state === 'ready') this.#move('none');
  }

  /** Writes what it can, then leaves no timer and no listener. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#move('closed');
    this.#tabs?.close();
    void this.#copy?.close();
  }

  /** The first word on whose document this is counts, and every other has to agree. */
  #isOwner(by: Owner['by'], person: string | null): boolean {
    if (this.#owner !== null) return this.#owner.person === person;
    this.#owner = { by, person };
    const { key, wanted } = this.#options;
    if (!wanted || key === null || this.#state === 'closed') return true;
    this.#tabs = TabChannel.open(key(person), (update, epoch) => this.#fromTab(update, epoch));
    if (this.loaded) return true;
    const copy = this.#openCopy(key(person), by === 'page' || person === null ? null : key(null));
    this.#copy = copy;
    for (const { update, edit } of this.#early.splice(0)) copy.append(update, edit);
    this.#waitForCopy();
    void this.#load(copy);
    return true;
  }

  #waitForCopy(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#epochKnown = deferred();
    this.#timer = clock.setTimeout(() => {
      this.#move('late');
      this.#epochKnown.resolve();
    }, COPY_TIMEOUT_MS);
  }

  #openCopy(key: string, unowned: string | null): OfflineCopy {
    const { clock, doc, told } = this.#options;
    return new OfflineCopy({
      key,
      unowned,
      clock,
      encodeState: () => Y.encodeStateAsUpdate(doc),
      failed: (error) => {
        this.#move('failed');
        told({ state: 'failed', error });
      },
    });
  }

  async #load(copy: OfflineCopy): Promise<void> {
    const { doc, restored, properties, told, failed } = this.#options;
    try {
      const meta = await copy.open();
      this.epoch.remember(meta.epoch);
      if (meta.properties !== null) properties(meta.properties);
      this.#epochKnown.resolve();
      const { rows, unsavedEdits } = await copy.read();
      if (this.#state === 'closed') return;
      if (rows.length > 0 && meta.epoch !== null) {
        if (meta.epoch !== this.epoch.known) throw new Error('the offline copy holds another epoch of the document');
        this.epoch.bind();
        copy.adopt(meta.epoch);
      }
      restored(unsavedEdits);
      copy.applied(applyRows(doc, rows, this.#copyOrigin, failed));
    } catch (error) {
      copy.abandon(error);
      // A copy that is being closed calls nothing a failure.
      this.#move('failed');
      return;
    }
    this.#move('ready');
    told({ state: 'ready' });
  }

  #fromTab(update: Uint8Array, epoch: string | null): void {
    if (epoch !== this.epoch.known) return;
    try {
      Y.applyUpdate(this.#options.doc, update, this.#tabOrigin);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /** The only place that changes the state, and tells what follows. */
  #move(next: CopyState): void {
    const { clock, loaded, waitOver, told } = this.#options;
    const before = this.#state;
    if (before === next || before === 'closed' || before === 'failed') {
      if (next === 'closed') this.#state = 'closed';
      return;
    }
    const wasAwaited = this.isAwaited;
    const wasLoaded = this.loaded;
    this.#state = next;
    if (!this.isAwaited) {
      clock.clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#epochKnown.resolve();
    if (next === 'closed') return;
    if (this.loaded && !wasLoaded) {
      this.#whenLoaded.resolve();
      loaded();
    }
    if (wasAwaited && !this.isAwaited) waitOver();
    if (next === 'late') told({ state: 'late' });
  }
}
