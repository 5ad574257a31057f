import { systemClock } from '../../server/clock.ts';
import { Documents } from '../../server/document/documents.ts';
import { silentLogger } from '../../server/log/logger.ts';
import { LevelStore } from '../../server/store/level-store.ts';

/** How many records wait for the disk at a time. */
const CHUNK = 10_000;

/**
 * Writes a document into a data folder of Coscribe: one log record an update; if their state is given, compacted into a
 * snapshot; behind that one record for each of the updates in `tail`.
 */
export async function storeDocument(
  folder: string,
  name: string,
  updates: readonly Uint8Array[],
  compactedState: Uint8Array | null,
  tail: readonly Uint8Array[] = [],
): Promise<void> {
  const store = await LevelStore.open(folder);
  const documents = await Documents.open(store, systemClock, silentLogger);
  const document = documents.document(name);
  for (let at = 0; at < updates.length; at += CHUNK) {
    for (const update of updates.slice(at, at + CHUNK)) document.append(update, () => undefined);
    await new Promise<void>((resolve) => document.afterPending(resolve));
  }
  if (compactedState !== null) await document.compact(compactedState);
  for (const update of tail) document.append(update, () => undefined);
  await documents.commits.whenIdle();
  await store.close();
}
