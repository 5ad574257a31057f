import type { Operation, Store } from '../store/store.ts';
import type { CommitQueue } from './commit-queue.ts';
import { decodeJsonRecord, encodeJsonRecord } from './record.ts';

/*
 * What the server keeps beside documents, which has to survive a restart and belongs into a backup:
 *
 *   r/<kind>/<id>        JSON; what it holds is the business of the class that keeps it
 */

/** What is kept: each kind has one class that reads and writes it. */
export type RecordKind = 'ban' | 'events' | 'frozen' | 'life' | 'notice' | 'revocation' | 'session' | 'storage-share';

/** The small records of a server, by kind and id. Writes go the way of all others: in order, and again until they work. */
export class ServerRecords {
  readonly #store: Pick<Store, 'get' | 'read'>;
  readonly #commits: Pick<CommitQueue, 'enqueue'>;

  constructor(store: Pick<Store, 'get' | 'read'>, commits: Pick<CommitQueue, 'enqueue'>) {
    this.#store = store;
    this.#commits = commits;
  }

  /** What is stored under an id; null when there is nothing. @throws DamagedRecordError */
  async get(kind: RecordKind, id: string): Promise<unknown> {
    const value = await this.#store.get(keyOf(kind, id));
    return value === null ? null : decodeJsonRecord(value);
  }

  /** All that is stored of a kind, by id. @throws DamagedRecordError */
  async all(kind: RecordKind): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>();
    const prefix = `r/${kind}/`;
    for await (const [key, value] of this.#store.read({ from: Buffer.from(prefix), to: Buffer.from(`r/${kind}0`) })) {
      found.set(Buffer.from(key).toString('utf8').slice(prefix.length), decodeJsonRecord(value));
    }
    return found;
  }

  /** Keeps a record in the place of any before; resolves when it is on disk. */
  put(kind: RecordKind, id: string, value: object): Promise<void> {
    return new Promise((resolve) => {
      this.#commits.enqueue([this.storage(kind, id, value)], resolve);
    });
  }

  /** Forgets records; resolves when that is on disk. */
  remove(kind: RecordKind, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#commits.enqueue(
        ids.map((id) => this.removal(kind, id)),
        resolve,
      );
    });
  }

  /** The operation that keeps a record, for a batch with others. */
  storage(kind: RecordKind, id: string, value: object): Operation {
    return { type: 'put', key: keyOf(kind, id), value: encodeJsonRecord(value) };
  }

  /** The operation that forgets one. */
  removal(kind: RecordKind, id: string): Operation {
    return { type: 'del', key: keyOf(kind, id) };
  }
}

function keyOf(kind: RecordKind, id: string): Buffer {
  return Buffer.from(`r/${kind}/${id}`);
}
