import { deleteDB, type IDBPDatabase, openDB } from 'idb';

/** Layout of copies that say nothing of whose they are. From 2 on a name without a person is that of a guest. */
const UNOWNED = 1;

const STORES = ['updates', 'unsaved', 'meta'] as const;

/**
 * Gives a copy that was made before copies belonged to people to the first one who opens the document: it is who the version
 * before would have shown it to, and who would have sent its unsaved edits. From then on nobody else gets it. An interruption
 * leaves both, and the next attempt joins them again, which changes nothing.
 * @param database the person's own, just opened
 * @param name of the copy without a person
 */
export async function adoptUnownedCopy(database: IDBPDatabase, name: string): Promise<void> {
  const old = await openDB(name, UNOWNED);
  try {
    const [updates, unsaved, epoch, properties] = await Promise.all([
      old.getAll('updates'),
      old.getAll('unsaved'),
      old.get('meta', 'epoch'),
      old.get('meta', 'properties'),
    ]);
    const transaction = database.transaction([...STORES], 'readwrite');
    const meta = transaction.objectStore('meta');
    const ownEpoch: unknown = await meta.get('epoch');
    // Two lives of a document must not meet (SYN-5): what the person has already stays.
    if (ownEpoch === undefined || ownEpoch === epoch) {
      for (const update of updates) void transaction.objectStore('updates').add(update);
      for (const mark of unsaved) void transaction.objectStore('unsaved').add(mark);
      if (epoch !== undefined) void meta.put(epoch, 'epoch');
      if (properties !== undefined && (await meta.get('properties')) === undefined)
        void meta.put(properties, 'properties');
    }
    await transaction.done;
  } finally {
    old.close();
  }
  await deleteDB(name);
}
