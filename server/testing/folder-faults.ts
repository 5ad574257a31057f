import { chmod, cp, mkdir, mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { backup } from '../command/backup.ts';
import { check } from '../command/check.ts';
import { CommandError } from '../command/command-error.ts';
import { restore } from '../command/restore.ts';
import { Documents } from '../document/documents.ts';
import { DamagedRecordError } from '../document/record.ts';
import { silentLogger } from '../log/logger.ts';
import { LAST_WRITE_FILE } from '../store/last-write.ts';
import { listFiles, readManifest } from '../store/level/database-files.ts';
import { LevelStore } from '../store/level-store.ts';
import { type Store, StoreError } from '../store/store.ts';
import { MemoryTerminal } from './memory-terminal.ts';
import { SeededRandom } from './seeded-random.ts';
import { readStoredIn } from './stored-documents.ts';

/*
 * One fault of a data folder, and what becomes of its documents. Whatever the fault is, every document has to be there with its
 * exact text, or be refused in words; a process that ends is seen by the one who started it.
 */

/** What is done to one file (or folder) of a data folder. */
export type FolderFault =
  | { readonly kind: 'flip'; readonly file: string; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly file: string; readonly length: number }
  | { readonly kind: 'missing'; readonly file: string }
  | { readonly kind: 'permission'; readonly file: string };

/** Sound data folders, and what they hold. */
export interface SoundFolders {
  /** A folder whose server was stopped, and one whose server was killed. */
  readonly folders: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

/** What came of one fault. */
export interface FaultOutcome {
  readonly fault: FolderFault;
  /** When it happened: before the folder was opened, or under an open store. */
  readonly when: 'before' | 'under';
  /** Every way of reading found everything exactly as it was; else somebody was refused. */
  readonly exact: boolean;
  /** What was said. */
  readonly refusals: readonly string[];
}

/** Words of a refusal that say what to do. */
const ADVICE =
  /coscribe restore|coscribe backup|chown|--data|Make some|Mount|Look at the disk|delete if|start the server again|Give /;

/** This many tables on level 0 make LevelDB merge them. */
const TABLES_THAT_MERGE = 4;

const NAMES = ['alpha', 'b/ü 😀', 'gamma', 'delta', 'notes/2027'];

/**
 * Makes data folders with everything in them that a real one has: tables on two levels, compressed and not, snapshots, logs of
 * documents, and a write-ahead log.
 */
export async function makeSoundFolders(parent: string, seed: number): Promise<SoundFolders> {
  const random = new SeededRandom(seed);
  const stopped = join(parent, 'stopped');
  await mkdir(stopped);
  const texts: Record<string, string> = {};
  for (let session = 0; session < 7; session++) {
    const store = await LevelStore.open(stopped);
    for (const name of NAMES) {
      if (session > 0 && random.chance(0.3)) continue;
      const words = Array.from({ length: 3 + random.below(12) }, () => wordsOf(random));
      await writeAlso(store, name, words, { compact: session % 3 === 2 });
      texts[name] = (texts[name] ?? '') + words.join('');
    }
    await store.close();
  }
  const killed = join(parent, 'killed');
  await mkdir(killed);
  const store = await LevelStore.open(stopped);
  await writeAlso(store, 'alpha', ['the last words'], { compact: false });
  texts['alpha'] = `${texts['alpha']}the last words`;
  const withoutLock = (path: string) => basename(path) !== 'LOCK';
  await cp(join(stopped, 'leveldb'), join(killed, 'leveldb'), { recursive: true, filter: withoutLock });
  await store.close();
  await cp(join(stopped, LAST_WRITE_FILE), join(killed, LAST_WRITE_FILE));
  return { folders: [stopped, killed], texts };
}

/** Appends words to a document, one log record each; with `compact` there is a snapshot in their midst. */
async function writeAlso(
  store: Store,
  name: string,
  words: readonly string[],
  { compact }: { compact: boolean },
): Promise<void> {
  const document = (await Documents.open(store, systemClock, silentLogger)).document(name);
  const doc = new Y.Doc();
  await document.load(doc);
  const text = doc.getText('content');
  const stored: Promise<void>[] = [];
  doc.on('update', (update: Uint8Array) => {
    stored.push(new Promise((resolve) => document.append(update, resolve)));
  });
  for (const [index, word] of words.entries()) {
    if (compact && index === 2) stored.push(document.compact(Y.encodeStateAsUpdate(doc)));
    text.insert(text.length, word);
  }
  await Promise.all(stored);
}

/** Words of which some repeat, so that a part of them is compressed. */
function wordsOf(random: SeededRandom): string {
  const word = random.chance(0.5) ? 'again and again ' : `${random.next().toString(36).slice(2)} `;
  return word.repeat(1 + random.below(random.chance(0.2) ? 400 : 20));
}

/** Copies one of the folders into `parent`, makes one fault there, drawn from the seed, and reads everything in every way. */
export async function runFolderFault(sound: SoundFolders, parent: string, seed: number): Promise<FaultOutcome> {
  const random = new SeededRandom(seed);
  const folder = await mkdtemp(join(parent, 'fault-'));
  try {
    await cp(random.pick(sound.folders), folder, { recursive: true });
    const when = random.chance(0.25) ? 'under' : 'before';
    const refusals: string[] = [];
    const fault =
      when === 'under'
        ? await readUnder(folder, { random, texts: sound.texts, refusals })
        : await makeFault(folder, await drawFault(folder, random));
    await look(folder, { parent, texts: sound.texts, refusals });
    await loadAll(folder, { texts: sound.texts, refusals });
    for (const refusal of refusals) {
      if (!ADVICE.test(refusal)) throw new Error(`${describe(fault, when)}: this says not what to do: ${refusal}`);
    }
    return { fault, when, exact: refusals.length === 0, refusals };
  } finally {
    await makeReadable(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

export function describe(fault: FolderFault, when: string): string {
  return `${JSON.stringify(fault)} (${when})`;
}

async function drawFault(folder: string, random: SeededRandom): Promise<FolderFault> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  const all: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    all.push(path);
    if (entry.isFile() && (await stat(path)).size > 0) files.push(path);
  }
  const [file, any] = [random.pick(files.sort()), random.pick(all.sort())];
  const { size } = await stat(file);
  const what = random.next();
  if (what < 0.6) {
    return { kind: 'flip', file: relative(folder, file), at: random.below(size), bit: random.below(8) };
  }
  // Many end just before the end, where a file was written last.
  if (what < 0.85) {
    const length = random.chance(0.5) ? random.below(size) : Math.max(0, size - 1 - random.below(200));
    return { kind: 'cut', file: relative(folder, file), length };
  }
  return { kind: what < 0.93 ? 'missing' : 'permission', file: relative(folder, any) };
}

async function makeFault(folder: string, fault: FolderFault): Promise<FolderFault> {
  const path = join(folder, fault.file);
  switch (fault.kind) {
    case 'flip': {
      const file = await open(path, 'r+');
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, fault.at);
      byte[0] = (byte[0] ?? 0) ^ (1 << fault.bit);
      await file.write(byte, 0, 1, fault.at);
      await file.close();
      break;
    }
    case 'cut':
      await truncate(path, fault.length);
      break;
    case 'missing':
      await rm(path, { recursive: true });
      break;
    case 'permission':
      await chmod(path, 0);
      break;
    default:
      fault satisfies never;
  }
  return fault;
}

/** What everybody who reads is told. */
interface Expected {
  readonly texts: Readonly<Record<string, string>>;
  readonly refusals: string[];
}

/** The commands that only look: what they say, that it is true, and that they leave every file as it is. */
async function look(folder: string, { parent, texts, refusals }: Expected & { parent: string }): Promise<void> {
  const before = await fingerprint(folder);
  const checked = new MemoryTerminal();
  const code = await refused(refusals, () => check({ at: null, data: folder }, checked));
  if (code === 0 && checked.said[0] !== `${Object.keys(texts).length} documents read, nothing is wrong.`) {
    throw new Error(`check calls this sound: ${checked.said}`);
  }
  if (code === 1) refusals.push(checked.warned.join('\n'));
  const backups = await mkdtemp(join(parent, 'backups-'));
  const made = new MemoryTerminal();
  const backedUp = await refused(refusals, () => backup({ folder: backups, data: folder, salvage: false }, made));
  if (backedUp === 0 && !made.said[0]?.startsWith(`${Object.keys(texts).length} documents in `)) {
    throw new Error(`backup calls this whole: ${made.said}`);
  }
  if (code === 0 && backedUp !== 0) throw new Error(`check says ${code}, backup ${backedUp}: ${refusals}`);
  if (backedUp === 0) {
    const restored = join(backups, 'restored');
    await restore({ from: backups, data: restored }, new MemoryTerminal());
    for (const [name, text] of Object.entries(texts)) {
      if ((await readStoredIn(restored, name)).text !== text) throw new Error(`a backup lacks text of ${name}`);
    }
  }
  await rm(backups, { recursive: true });
  if ((await fingerprint(folder)) !== before) throw new Error('a command that only looks changed the folder');
}

/** As the server reads, after a start. */
async function loadAll(folder: string, { texts, refusals }: Expected): Promise<void> {
  const store = await refused(refusals, () => LevelStore.open(folder));
  if (store === null) return;
  try {
    await readTexts(store, { texts, refusals });
  } finally {
    await store.close();
  }
}

/** As a server reads under which the fault happens. */
async function readUnder(
  folder: string,
  { random, ...expected }: Expected & { random: SeededRandom },
): Promise<FolderFault> {
  const store = await LevelStore.open(folder);
  try {
    await untilQuiet(join(folder, 'leveldb'));
    const fault = await makeFault(folder, await drawFault(folder, random));
    await readTexts(store, expected);
    return fault;
  } finally {
    await store.close();
  }
}

/** Waits until LevelDB merges no tables: what it reads for that, nobody checks right before it does. */
async function untilQuiet(location: string): Promise<void> {
  for (;;) {
    const { manifest } = await readManifest(location);
    const { tables } = await listFiles(location);
    const onLevel0 = [...manifest.tables.values()].filter(({ level }) => level === 0);
    if (onLevel0.length < TABLES_THAT_MERGE && tables.size === manifest.tables.size) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function readTexts(store: Store, { texts, refusals }: Expected): Promise<void> {
  const documents = await refused(refusals, () => Documents.open(store, systemClock, silentLogger));
  if (documents === null) return;
  for (const [name, text] of Object.entries(texts)) {
    const doc = new Y.Doc();
    const loaded = await refused(refusals, async () => {
      await documents.document(name).load(doc);
      return true;
    });
    if (loaded === true && doc.getText('content').toString() !== text) {
      throw new Error(`${name} has ${doc.getText('content').length} characters instead of ${text.length}`);
    }
  }
}

/** What `work` gives; null when it refuses, which is noted. Anything else that goes wrong is a defect. */
async function refused<T>(refusals: string[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError || error instanceof CommandError) refusals.push(error.message);
    else if (error instanceof DamagedRecordError) refusals.push(`${error.message} (coscribe backup)`);
    else throw error;
    return null;
  }
}

/** Names, lengths and times of everything in a folder. */
async function fingerprint(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const lines = entries.sort().map(async (name) => {
    const found = await stat(join(folder, name), { bigint: true }).catch(() => null);
    return `${name} ${found?.size} ${found?.mtimeNs}`;
  });
  return (await Promise.all(lines)).join('\n');
}

async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  await chmod(join(folder, 'leveldb'), 0o700).catch(() => undefined);
}
