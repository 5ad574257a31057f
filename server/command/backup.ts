import { type Entry, encodeBackup } from '../document/backup-format.ts';
import { byDocument, inspect, salvage } from '../document/inspection.ts';
import type { Loss } from '../store/level/level-snapshot.ts';
import { writeBackupFile } from './backup-file.ts';
import { readDamagedFolder, readDataFolder } from './data-source.ts';
import type { Terminal } from './terminal.ts';

/**
 * `coscribe backup DIR`: writes what the data folder holds at this moment into one file, whether a server runs on it or
 * not. Damaged documents are left out and named; with `salvage` they are kept up to the damage.
 * @returns the exit code: 1 when a document is damaged
 */
export async function backup(
  { folder, data, salvage: salvaging }: { folder: string; data: string; salvage: boolean },
  terminal: Terminal,
): Promise<number> {
  let [documents, damaged, losses] = [0, 0, 0];
  const told = new Set<string>();
  const report = ({ of, damage }: Loss) => {
    // A file is read more than once.
    if (told.has(damage)) return;
    told.add(damage);
    terminal.warn(of === 'data' ? `Lost: ${damage}.` : `${damage}; all that is in the folder is taken instead.`);
    if (of === 'data') losses += 1;
  };
  const source = await (salvaging ? readDamagedFolder(data, report) : readDataFolder(data));

  async function* soundEntries(): AsyncGenerator<Entry> {
    for await (const stored of byDocument(source.entries)) {
      const problems = await inspect(stored, { load: false });
      if (stored.name !== null) documents += 1;
      if (problems.length === 0) {
        yield* stored.entries;
        continue;
      }
      damaged += 1;
      const kept = salvaging ? salvage(stored) : null;
      terminal.warn(
        `${stored.name ?? 'The store'}: ${problems[0]}. ${kept === null ? 'It is left out.' : 'It is kept up to there.'}`,
      );
      if (kept === null && stored.name !== null) documents -= 1;
      yield* kept ?? [];
    }
  }

  try {
    const { path, bytes } = await writeBackupFile(
      folder,
      source.header.createdAt,
      encodeBackup(source.header, soundEntries()),
    );
    terminal.say(`${count(documents, 'document')} in ${path} (${bytes} bytes).`);
  } finally {
    await source.close();
  }
  if (damaged + losses === 0) return 0;
  terminal.warn(
    salvaging
      ? damaged === 0
        ? 'Restore it into an empty folder, and compare it with an older backup: the end of a document may be lost without a trace.'
        : 'Restore it into an empty folder, and compare the documents named above with an older backup.'
      : `${count(damaged, 'document')} damaged. Restore what is missing here from an older backup, or stop the server and add --salvage.`,
  );
  return 1;
}

/** A number with its noun: `1 document`, `3 documents`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
