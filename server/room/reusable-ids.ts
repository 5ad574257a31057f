/** Max ids kept for reuse: as many as people come and go at a time. */
const MAX = 100;

/** Where the ids outlive the room. */
export interface ReusableIdStore {
  /** Ids kept from an earlier life of the room. They are in the store until `forget` has been called back. */
  readonly reusableIds: readonly number[];
  /** Replaces what is kept; calls back when that is durable. */
  keepReusableIds(ids: readonly number[], onDurable: () => void): void;
}

/**
 * Yjs client ids whose clients have promised never to write under them again, for those who come next. Every id that ever wrote
 * makes each transaction slower, on the server and in every browser; with reuse a document has about as many ids as it
 * ever had people at a time.
 *
 * Safety: an id is granted to one client at a time, and one that is in the store never, since after a crash it would be
 * granted again while the first client may have edits under it that nobody has seen.
 *
 *   retire -> free -> grant            a room with people in it
 *             free -> stored           everybody has left
 *             stored -> (durably not stored) -> free      somebody comes
 */
export class ReusableIds {
  readonly #store: ReusableIdStore;
  #free: number[] = [];
  #state: 'free' | 'stored' | 'taking-back';

  constructor(store: ReusableIdStore) {
    this.#store = store;
    this.#state = 'stored';
  }

  /** An id for a client that is new to the document; null when there is none to give at the moment. */
  grant(): number | null {
    if (this.#state !== 'free') {
      this.#takeBack();
      return null;
    }
    return this.#free.pop() ?? null;
  }

  /** An id that its client will not write under again. */
  retire(clientId: number): void {
    if (this.#free.length < MAX && !this.#free.includes(clientId)) this.#free.push(clientId);
  }

  /** Nobody is here: what is free survives the room. */
  keep(): void {
    if (this.#state !== 'free' || this.#free.length === 0) return;
    this.#state = 'stored';
    this.#store.keepReusableIds(this.#free, () => undefined);
  }

  /** Takes what is stored out of the store, so that it can be granted. */
  #takeBack(): void {
    if (this.#state !== 'stored') return;
    const stored = this.#store.reusableIds;
    if (stored.length === 0) {
      this.#state = 'free';
      return;
    }
    this.#state = 'taking-back';
    this.#store.keepReusableIds([], () => {
      this.#free = [...new Set([...this.#free, ...stored])].slice(0, MAX);
      this.#state = 'free';
    });
  }
}
