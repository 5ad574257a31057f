import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { inventSequential, sequentialSessions } from '../../server/testing/editing-session.ts';

/** Recorded sessions lie here beside some checkouts. */
const BESIDE = fileURLToPath(new URL('../../../shared/traces', import.meta.url));

/** As many keystrokes as the recorded paper has. */
const KEYSTROKES = 260_000;

/** A long document with the update of every keystroke. */
export interface Paper {
  readonly name: string;
  readonly updates: readonly Uint8Array[];
  readonly state: Uint8Array;
  readonly stateVector: Uint8Array;
  readonly text: string;
}

/**
 * The writing of a paper, keystroke by keystroke: the recorded `automerge-paper` where COSCRIBE_TRACES, or a folder beside
 * the checkout, has it; otherwise a seeded session of the same length.
 */
export function writePaper(): Paper {
  if (!process.env['COSCRIBE_TRACES'] && existsSync(join(BESIDE, 'automerge-paper.json.gz'))) {
    process.env['COSCRIBE_TRACES'] = BESIDE;
  }
  const session =
    sequentialSessions().find(({ name }) => name === 'automerge-paper') ?? inventSequential(1, KEYSTROKES);
  const doc = new Y.Doc();
  doc.clientID = 4711;
  const text = doc.getText(TEXT_FIELD);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const patches of session.transactions) {
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
    });
  }
  return {
    name: session.name,
    updates,
    state: Y.encodeStateAsUpdate(doc),
    stateVector: Y.encodeStateVector(doc),
    text: text.toString(),
  };
}
