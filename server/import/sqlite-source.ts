import { stat } from 'node:fs/promises';
import { type ForeignDocument, ImportError } from './foreign-document.ts';

/**
 * The documents in a file of Hocuspocus's SQLite extension: a table `documents` with `name` and `data`, the state as one
 * update.
 */
export async function* readHocuspocusSqlite(file: string): AsyncGenerator<ForeignDocument> {
  const pending = await stat(`${file}-wal`).catch(() => null);
  if (pending !== null && pending.size > 0) {
    throw new ImportError(
      `${file} is in use, or its server did not stop in order: ${file}-wal is not empty. Stop that server first.`,
    );
  }
  // Only here, since it takes time to load.
  const { default: sqlite } = await import('node-sqlite3-wasm');
  const database = new sqlite.Database(file, { readOnly: true });
  try {
    const statement = database.prepare('SELECT name, data FROM documents ORDER BY name');
    try {
      for (const { name, data } of statement.iterate()) {
        if (typeof name === 'string' && data instanceof Uint8Array) yield { kind: 'yjs', name, updates: [data] };
      }
    } finally {
      statement.finalize();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError(`${file} is not a database of Hocuspocus's SQLite extension (${reason}).`, { cause });
  } finally {
    database.close();
  }
}
