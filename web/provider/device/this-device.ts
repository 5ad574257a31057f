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
  /** Names the document on this device; null for one whose name no document can have, which is not kept. */
  readonly key: string | null;
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

/**
 * What this device has of one document: the copy in IndexedDB, the life of the document that it belongs to (`epoch`), and the
 * other tabs of this browser, which get edits from here while there is no connection.
 */
export class ThisDevice {
  readonly epoch = new DocumentEpoch();
  readonly #options: ThisDeviceOptions;
  readonly #copy: OfflineCopy | null;
  readonly #tabs: TabChannel | null;
  readonly #copyOrigin = { from: 'offline copy' };
  readonly #tabOrigin = { from: 'another tab' };
  readonly #whenLoaded = deferred();
  readonly #epochKnown = deferred();
  #state: CopyState = 'none';
  #timer: unknown = null;

  constructor(options: ThisDeviceOptions) {
    this.#options = options;
    const { key, wanted, told } = options;
    this.#copy = null;
    this.#tabs = null;
    if (!wanted || key === null) return;
    this.#tabs = TabChannel.open(key, (update, epoch) => this.#fromTab(update, epoch));
    if (OfflineCopy.available) this.#copy = this.#openCopy(key);
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
    return this.#state === 'reading' || this.#state === 'ready';
  }

  /** Fulfilled when `loaded` is true. */
  get whenLoaded(): Promise<void> {
    return this.#whenLoaded.promise;
  }

  /** Fulfilled when the epoch of the copy is known, or there is no more waiting for it. */
  get whenEpochKnown(): Promise<void> {
    return this.#epochKnown.promise;
  }

  /** Begins to read the copy. */
  start(): void {
    if (this.#copy === null) {
      this.#whenLoaded.resolve();
      this.#epochKnown.resolve();
      return;
    }
    this.#timer = this.#options.clock.setTimeout(() => this.#move('late'), COPY_TIMEOUT_MS);
    void this.#load(this.#copy);
  }

  /** Whether a change of the document came from here: the copy, or another tab. */
  whence(origin: unknown): 'copy' | 'tab' | null {
    if (origin === this.#copyOrigin) return 'copy';
    return origin === this.#tabOrigin ? 'tab' : null;
  }

  /** Keeps a change. @param edit its number, when it is an edit of this page */
  keep(update: Uint8Array, edit: number | null): void {
    this.#copy?.append(update, edit);
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

  /** Deletes the copy, edits that are nowhere else included. Rejects when the browser refuses. */
  async delete(): Promise<void> {
    await this.#copy?.close();
    const { key } = this.#options;
    if (key !== null && OfflineCopy.available) await OfflineCopy.delete(key);
    if (this.#state === 'ready') this.#move('none');
  }

  /** Writes what it can, then leaves no timer and no listener. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#move('closed');
    this.#tabs?.close();
    void this.#copy?.close();
  }

  #openCopy(key: string): OfflineCopy {
    const { clock, doc, told } = this.#options;
    this.#state = 'reading';
    return new OfflineCopy({
      key,
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
    if (next === 'closed') return;
    if (this.loaded && !wasLoaded) {
      this.#whenLoaded.resolve();
      loaded();
    }
    if (wasAwaited && !this.isAwaited) {
      this.#epochKnown.resolve();
      waitOver();
    }
    if (next === 'late') told({ state: 'late' });
  }
}
