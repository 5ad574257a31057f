import type * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { CLOSED_ACCESS, decodeAccessRecord, encodeAccessRecord } from './access-record.ts';
import type { Entry } from './backup-format.ts';
import { decodeCatalogueEntry } from './catalogue.ts';
import { CommitQueue } from './commit-queue.ts';
import { Document } from './document.ts';
import { parseKey } from './keys.ts';
import { checkRecord, DamagedRecordError, decodeLogRecord, decodeSnapshot } from './record.ts';
import { createServerDoc } from './server-doc.ts';

/** Everything that is stored of one document; `name` is null for what belongs to none. */
export interface StoredDocument {
  readonly name: string | null;
  readonly entries: readonly Entry[];
}

/** Puts the entries of a store, in the order of a backup, together by document. Holds one document at a time. */
export async function* byDocument(entries: AsyncIterable<Entry>): AsyncGenerator<StoredDocument> {
  let name: string | null = null;
  let gathered: Entry[] = [];
  for await (const entry of entries) {
    const next = parseKey(entry[0]).name;
    // What belongs to none comes one by one: the deleted ones may be more than memory holds.
    if ((next !== name || next === null) && gathered.length > 0) {
      yield { name, entries: gathered };
      gathered = [];
    }
    name = next;
    gathered.push(entry);
  }
  if (gathered.length > 0) yield { name, entries: gathered };
}

/**
 * What is wrong with a stored document, a sentence without its end each; empty when nothing is. Reads every record.
 * With `load` it also loads the document as the server would, which costs as much as opening it.
 */
export async function inspect(stored: StoredDocument, { load }: { load: boolean }): Promise<string[]> {
  const problems = inspectRecords(stored);
  if (stored.name === null || problems.length > 0 || !load) return problems;
  const doc = createServerDoc();
  try {
    await loadInto(doc, stored.name, stored.entries);
    return [];
  } catch (error) {
    return [`it cannot be loaded: ${error instanceof Error ? error.message : error}`];
  } finally {
    doc.destroy();
  }
}

/**
 * The entries of a damaged document up to the damage: its log is cut before the first record that is missing or damaged.
 * Null when its catalogue entry or its snapshot is gone, without which the log has no beginning.
 */
export function salvage({ name, entries }: StoredDocument): readonly Entry[] | null {
  const kept: Entry[] = [];
  let expected = 1;
  for (const entry of entries) {
    const key = parseKey(entry[0]);
    const isSound = problemOf(entry) === null;
    if (key.name === null || key.name !== name) return null;
    if (key.kind === 'log') {
      if (key.sequence < expected) continue;
      if (key.sequence > expected || !isSound) break;
      expected += 1;
    } else if (key.kind === 'access' && !isSound) {
      // Without it the document might be open to anybody.
      kept.push([entry[0], encodeAccessRecord(CLOSED_ACCESS)]);
      continue;
    } else if (!isSound) {
      if (key.kind !== 'other') return null;
      continue;
    } else if (key.kind === 'snapshot') {
      expected = decodeSnapshot(entry[1]).sequence + 1;
    }
    kept.push(entry);
  }
  return inspectRecords({ name, entries: kept }).length === 0 ? kept : null;
}

function inspectRecords({ name, entries }: StoredDocument): string[] {
  const problems: string[] = [];
  let needsCatalogue = false;
  let hasCatalogue = false;
  let expected: number | null = 1;
  for (const entry of entries) {
    const key = parseKey(entry[0]);
    const problem = problemOf(entry);
    const what = describe(entry[0]);
    if (problem !== null) problems.push(`${what}: ${problem}`);
    if (key.name === null) continue;
    // Access is also given to a document that nobody has written to yet.
    if (key.kind !== 'access') needsCatalogue = true;
    if (key.kind === 'catalogue') hasCatalogue = true;
    // Where the log has to begin is unknown when the snapshot cannot be read.
    if (key.kind === 'snapshot') expected = problem === null ? decodeSnapshot(entry[1]).sequence + 1 : null;
    if (key.kind === 'log' && (expected === null || key.sequence >= expected)) {
      if (expected !== null && key.sequence > expected) {
        const last = key.sequence - 1;
        problems.push(
          expected === last
            ? `record ${last} of the log is missing`
            : `records ${expected} to ${last} of the log are missing`,
        );
      }
      expected = key.sequence + 1;
    }
  }
  if (name !== null && needsCatalogue && !hasCatalogue) problems.push('the catalogue entry is missing');
  return problems;
}

/** Why a value cannot be read; null when it can. */
function problemOf([key, value]: Entry): string | null {
  const parsed = parseKey(key);
  try {
    if (parsed.name === null || parsed.kind === 'other') checkRecord(value);
    else if (parsed.kind === 'access') decodeAccessRecord(value);
    else if (parsed.kind === 'catalogue') decodeCatalogueEntry(value);
    else if (parsed.kind === 'snapshot') decodeSnapshot(value);
    else decodeLogRecord(value);
    return null;
  } catch (error) {
    if (error instanceof DamagedRecordError) return error.message;
    throw error;
  }
}

function describe(key: Uint8Array): string {
  const parsed = parseKey(key);
  if (parsed.name === null) return `the entry ${JSON.stringify(Buffer.from(key).toString('latin1'))}`;
  if (parsed.kind === 'log') return `record ${parsed.sequence} of the log`;
  return {
    access: 'the access record',
    catalogue: 'the catalogue entry',
    snapshot: 'the snapshot',
    other: 'an entry of an unknown kind',
  }[parsed.kind];
}

/** Loads a document from entries by the very code that the server loads it with. */
async function loadInto(doc: Y.Doc, name: string, entries: readonly Entry[]): Promise<void> {
  const store = new MemoryStore();
  await store.write(entries.map(([key, value]) => ({ type: 'put', key, value })));
  const commits = new CommitQueue(store, systemClock, silentLogger);
  await new Document(name, { store, commits, clock: systemClock, storeId: '' }).load(doc);
}
