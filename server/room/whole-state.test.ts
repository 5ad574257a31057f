import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeMessage } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { BIG_STATE_BYTES, STATE_WORK_HERE, type StateWork } from '../document/state-work.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Compressor } from './compressor.ts';
import { WholeState } from './whole-state.ts';

/** A document of five megabytes, its log, and its whole state made by `states`. */
async function world(states: StateWork = STATE_WORK_HERE) {
  const store = new MemoryStore();
  const clock = new FakeClock();
  const documents = await Documents.open(store, clock, silentLogger);
  const document = documents.document('big');
  const doc = new Y.Doc();
  await document.load(doc);
  const whole = new WholeState(doc, document, { states, compressor: new Compressor() }, silentLogger);
  doc.on('update', (update: Uint8Array) => {
    whole.changed(update);
    document.append(update, () => undefined);
  });
  const text = doc.getText('content');
  text.insert(0, 'x'.repeat(BIG_STATE_BYTES + 1_000));
  const reload = async () => {
    await clock.settle();
    const loaded = new Y.Doc();
    const loading = documents.document('big').load(loaded);
    await clock.settle();
    await loading;
    return loaded.getText('content').toString();
  };
  return { document, text, whole, clock, reload };
}

/** What a newcomer has when it has read everything, and whether step 2 came last. */
function newcomer(whole: WholeState): { text: string; last: string | undefined } {
  const doc = new Y.Doc();
  let last: string | undefined;
  for (const frame of whole.messages().flat()) {
    const message = decodeMessage(frame);
    if (message.type !== 'update' && message.type !== 'sync-step-2') throw new Error(`unexpected ${message.type}`);
    Y.applyUpdate(doc, message.update);
    last = message.type;
  }
  return { text: doc.getText('content').toString(), last };
}

it('[SYN-2, SEC-14] sends a newcomer of a big document an older state, what came since, and step 2 last', async () => {
  const { text, whole } = await world();
  const [first] = whole.messages()[0] ?? [];
  for (let i = 0; i < 50; i++) {
    text.insert(0, `${i} `);
    text.delete(100, 2);
  }
  expect(newcomer(whole)).toEqual({ text: text.toString(), last: 'sync-step-2' });
  expect(whole.messages()[0]?.[0]).toBe(first);
});

it('[DUR-8, SEC-14] compacts with a state made elsewhere, with edits meanwhile', async () => {
  let proceed: () => void = () => undefined;
  const { clock, document, text, whole, reload } = await world({
    ...STATE_WORK_HERE,
    merge: async (updates, sequence) => {
      await new Promise<void>((resolve) => {
        proceed = resolve;
      });
      return STATE_WORK_HERE.merge(updates, sequence);
    },
  });
  await whole.compact();
  await clock.settle();
  for (let i = 0; i < 20; i++) text.insert(0, `${i} `);
  const compacted = whole.compact();
  expect(whole.isRenewing).toBe(true);
  for (let i = 0; i < 7; i++) text.delete(0, 1);
  proceed();
  await compacted;
  expect([whole.isRenewing, document.logRecords]).toEqual([false, 7]);
  expect(newcomer(whole).text).toBe(text.toString());
  expect(await reload()).toBe(text.toString());
});

it('[DUR-9] goes on when the work elsewhere fails', async () => {
  const { text, whole, reload } = await world({
    ...STATE_WORK_HERE,
    merge: () => Promise.reject(new Error('out of memory')),
  });
  expect(newcomer(whole).text).toBe(text.toString());
  text.insert(0, 'more ');
  await whole.compact();
  text.insert(0, 'still ');
  expect(newcomer(whole).text).toBe(text.toString());
  expect(await reload()).toBe(text.toString());
});
