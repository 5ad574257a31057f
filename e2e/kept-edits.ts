/**
 * Edits that the offline copies of this browser mark as not saved. Runs in the page of any engine, so that it may use nothing from
 * outside, nor functions with a name inside.
 */
export async function countKeptEdits(): Promise<number> {
  let edits = 0;
  for (const { name } of await indexedDB.databases()) {
    if (name?.startsWith('coscribe:') !== true) continue;
    const opening = indexedDB.open(name);
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const reading = database.transaction('unsaved').objectStore('unsaved').getAll();
    const rows = await new Promise<{ edits: number }[]>((resolve, reject) => {
      reading.onsuccess = () => resolve(reading.result);
      reading.onerror = () => reject(reading.error);
    });
    database.close();
    for (const row of rows) edits += row.edits;
  }
  return edits;
}
