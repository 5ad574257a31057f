import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { type Paper, writePaper } from '../harness/paper.ts';
import { Person } from '../harness/person.ts';
import { removeFolder, type ServerKind, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { storeDocument } from '../harness/stored-document.ts';
import { until } from '../harness/waiting.ts';
import { figure, type Line, type Row } from '../line.ts';

const WRITE_Y_LEVELDB = fileURLToPath(new URL('../peers/write-y-leveldb.mjs', import.meta.url));

/** How often each opening is measured, every time with a fresh process and a fresh copy of the folder. */
const ROUNDS = 3;

/** Bytes of a log record beside its update, at least. */
const RECORD_OVERHEAD = 12;

/**
 * How many records Coscribe's log of the paper holds at most: it is compacted when they are 500 and half as large as the
 * snapshot (server/document/document.ts).
 */
function longestTail({ updates, state }: Paper): number {
  let bytes = 0;
  let records = 0;
  while (records < updates.length && (records < 500 || bytes * 2 < state.length)) {
    records += 1;
    bytes += (updates.at(-records)?.length ?? 0) + RECORD_OVERHEAD;
  }
  return records;
}

/** The state after all updates but the last ones. */
function stateBefore({ updates }: Paper, tail: number): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates.slice(0, updates.length - tail)) Y.applyUpdate(doc, update);
  });
  return Y.encodeStateAsUpdate(doc);
}

/** Milliseconds from connecting to having the document, of a server that has it on disk only. */
async function open(kind: ServerKind, folder: string, paper: Paper): Promise<number> {
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true });
  const server = await ServerUnderTest.start(kind, { data: copy });
  try {
    // Somebody else was here before: connections and an empty document are nothing new to the process.
    const first = new Person({ server, documentName: 'other', clientId: 1 });
    await first.connect();
    await until(10_000, 'another document', () => first.synced);
    const person = new Person({ server, documentName: 'paper', clientId: 2 });
    const doc = new Y.Doc();
    let done = 0;
    let whole: Uint8Array | null = null;
    const take = (message: Uint8Array, offset: number) => {
      if (whole !== null || message.length < paper.state.length / 2) return;
      done = performance.now();
      whole = bodyOf(message, offset);
    };
    person.onSynced = take;
    person.onUpdate = take;
    const started = performance.now();
    await person.connect();
    await until(120_000, 'the paper', () => whole !== null);
    if (whole !== null) Y.applyUpdate(doc, whole);
    if (doc.getText(TEXT_FIELD).toString() !== paper.text) throw new Error(`${kind} sent another text`);
    return done - started;
  } finally {
    await server.stop();
    removeFolder(copy);
  }
}

function bodyOf(message: Uint8Array, offset: number): Uint8Array {
  const decoder = decoding.createDecoder(message);
  decoder.pos = offset;
  return decoding.readVarUint8Array(decoder).slice();
}

async function median(kind: ServerKind, folder: string, paper: Paper, rounds = ROUNDS): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < rounds; i++) values.push(await open(kind, folder, paper));
  return values.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** Fills a folder of the peer. */
function storeAtPeer(folder: string, updates: readonly Uint8Array[], compact: boolean): void {
  const scratch = temporaryFolder();
  const file = join(scratch, 'updates');
  const parts = updates.flatMap((update) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(update.length);
    return [length, update];
  });
  writeFileSync(file, Buffer.concat(parts));
  execFileSync(process.execPath, [WRITE_Y_LEVELDB, file, folder, ...(compact ? ['--compact'] : [])]);
  removeFolder(scratch);
}

export const coldOpen: Line = {
  name: 'cold-open',
  title: 'a document of 260,000 keystrokes from disk to a synced client, log compacted and not',
  limit: 240,
  async run(say) {
    const paper = writePaper();
    say(`${paper.name}: ${paper.updates.length} keystrokes, state of ${paper.state.length} bytes`);
    const folders = Array.from({ length: 5 }, temporaryFolder);
    const [ourCompact = '', ourTail = '', ourLog = '', peerCompact = '', peerLog = ''] = folders;
    try {
      const tail = longestTail(paper);
      await storeDocument(ourCompact, 'paper', [paper.state], paper.state);
      const before = stateBefore(paper, tail);
      await storeDocument(ourTail, 'paper', [before], before, paper.updates.slice(-tail));
      await storeDocument(ourLog, 'paper', paper.updates, null);
      storeAtPeer(peerCompact, [paper.state], true);
      storeAtPeer(peerLog, paper.updates, false);
      say(`stored; our log holds ${tail} keystrokes at most`);
      const work = `cold open of ${paper.name} (${paper.updates.length.toLocaleString('en-US')} keystrokes)`;
      const theirCompact = await median('y-websocket-server', peerCompact, paper);
      const theirLog = await median('y-websocket-server', peerLog, paper, 1);
      const rows: Row[] = [];
      for (const { what, folder, theirs, factor } of [
        { what: 'compacted', folder: ourCompact, theirs: theirCompact, factor: 5 },
        {
          what: 'every keystroke logged, as each server leaves its log',
          folder: ourTail,
          theirs: theirLog,
          factor: 20,
        },
        { what: 'the same, ours kept from compacting its log too', folder: ourLog, theirs: theirLog, factor: null },
      ]) {
        const ours = await median('coscribe', folder, paper, factor === null ? 1 : ROUNDS);
        say(`${what}: ${figure(ours)} ms against ${figure(theirs)} ms`);
        rows.push({
          work: `${work}, ${what}`,
          ours: `${figure(ours)} ms`,
          peers: `y-leveldb + y-websocket-server ${figure(theirs)} ms`,
          ratio: `${figure(theirs / ours)} x faster`,
          target: factor === null ? '' : `at least ${factor} x faster`,
          met: factor === null ? null : theirs >= factor * ours,
        });
      }
      return rows;
    } finally {
      for (const folder of folders) removeFolder(folder);
    }
  },
};
