import type { Store } from '../store/store.ts';
import type { Entry } from './backup-format.ts';
import { ALL_DOCUMENTS, BESIDE_DOCUMENTS, CATALOGUE, movedFromFormat1 } from './keys.ts';

/**
 * Everything that a store holds, as of one moment: first what belongs to no document, then the documents by name, what belongs
 * to one behind each other. It comes with the keys of format 2 whatever the store has.
 */
export async function* allEntries(store: Pick<Store, 'read'>): AsyncGenerator<Entry> {
  const entries = store.read(ALL_DOCUMENTS)[Symbol.asyncIterator]();
  const catalogue = store.read(CATALOGUE)[Symbol.asyncIterator]();
  try {
    // Both begin now, the catalogue second: a document that is made between the two has an entry without a text, which is a
    // document. A text without an entry would count as damage.
    let [entry, inCatalogue] = await Promise.all([entries.next(), catalogue.next()]);
    for (const range of BESIDE_DOCUMENTS) yield* store.read(range);
    while (entry.done !== true || inCatalogue.done !== true) {
      if (inCatalogue.done !== true && (entry.done === true || !isBefore(entry.value[0], inCatalogue.value[0]))) {
        yield inCatalogue.value;
        inCatalogue = await catalogue.next();
      } else if (entry.done !== true) {
        yield [movedFromFormat1(entry.value[0]), entry.value[1]];
        entry = await entries.next();
      }
    }
  } finally {
    await Promise.all([entries.return?.(), catalogue.return?.()]);
  }
}

/** Entries that were read in their order, with the keys of format 2 for those of format 1. */
export async function* fromFormat1(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  for await (const [key, value] of entries) yield [movedFromFormat1(key), value];
}

/** Whether the document of one key comes before that of another. Names sort as their bytes. */
function isBefore(key: Uint8Array, inCatalogue: Uint8Array): boolean {
  return Buffer.compare(nameIn(key), nameIn(inCatalogue)) < 0;
}

/** The bytes of the name in a key below `c/` or `d/`. */
function nameIn(key: Uint8Array): Uint8Array {
  const end = key.indexOf(0);
  return key.subarray(2, end === -1 ? key.length : end);
}
