import type { Operation, Store } from '../store/store.ts';
import type { Entry } from './backup-format.ts';
import { decodeCatalogueEntry, encodeCatalogueEntry } from './catalogue.ts';
import { newFormat, UNFINISHED } from './data-format.ts';
import { FORMAT_KEY, parseKey } from './keys.ts';
import { encodeJsonRecord } from './record.ts';

/** Bytes of values in one batch. */
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Writes the entries of a backup, with the keys of this version, into an empty store. Every document gets a new epoch: anyone who still has a copy from
 * before is refused instead of merging back what the restore was meant to undo (SYN-5). Two restores of one backup are
 * two lives as well, hence a new id of the store besides.
 *
 * A store in which this did not come to its end is refused by `Documents.open`.
 * @returns how many documents there are
 */
export async function restore(store: Store, entries: AsyncIterable<Entry>): Promise<number> {
  await store.write([{ type: 'put', key: FORMAT_KEY, value: encodeJsonRecord({ format: UNFINISHED }) }]);
  let documents = 0;
  let batch: Operation[] = [];
  let bytes = 0;
  for await (const [key, stored] of entries) {
    if (FORMAT_KEY.equals(key)) continue;
    const parsed = parseKey(key);
    const isCatalogue = parsed.name !== null && parsed.kind === 'catalogue';
    const value = isCatalogue ? withNewEpoch(stored) : stored;
    if (isCatalogue) documents += 1;
    batch.push({ type: 'put', key, value });
    bytes += value.length;
    if (bytes < BATCH_BYTES) continue;
    await store.write(batch);
    batch = [];
    bytes = 0;
  }
  await store.write([...batch, newFormat().operation]);
  return documents;
}

function withNewEpoch(value: Uint8Array): Uint8Array {
  const entry = decodeCatalogueEntry(value);
  return encodeCatalogueEntry({ ...entry, epoch: entry.epoch + 1 });
}
