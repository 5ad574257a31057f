import type { CopyFilter } from './copy-names.ts';
import { OfflineCopy } from './offline-copy.ts';

/**
 * Deletes what documents have left on this device, edits that are nowhere else included. Meant for when somebody signs out
 * of the page, after their documents were closed; editors that still show one go on without a copy.
 * @throws Error where the browser cannot list what it keeps
 */
export async function clearOfflineCopies(filter: CopyFilter = {}): Promise<void> {
  if (!OfflineCopy.available) return;
  const { copyNames } = await import('./copy-names.ts');
  await Promise.all((await copyNames(filter)).map((name) => OfflineCopy.delete(name)));
}
