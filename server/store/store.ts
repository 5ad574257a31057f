/** One change of a batch. Keys and values are the caller's until the write has ended: do not change them meanwhile. */
export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** Keys from one to another. */
export interface KeyRange {
  /** First key, inclusive. */
  readonly from: Uint8Array;
  /** End of the range, exclusive. */
  readonly to: Uint8Array;
}

/**
 * Ordered keys and bytes: all that the documents need of a database. Keys sort bytewise. Every method rejects when the
 * storage fails (never resolves with less than was asked), and after `close`. store-contract.ts is the
 * suite that an implementation has to pass.
 */
export interface Store {
  /** The value of `key`, or null when there is none. */
  get(key: Uint8Array): Promise<Uint8Array | null>;
  /** The entries of a range in the order of their keys, as of the moment of the call. */
  read(range: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>;
  /**
   * Carries out all operations or none, in order. Resolves when they would survive a power failure (fsync). Without any it
   * only says whether the storage would take some: rejects when it would not.
   */
  write(operations: readonly Operation[]): Promise<void>;
  /** About how many bytes it takes on the disk. A store need not be able to say. */
  size?(): Promise<number>;
  close(): Promise<void>;
}

/** The storage cannot be opened or read. `message` is for the person who runs the server: what, why, what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
