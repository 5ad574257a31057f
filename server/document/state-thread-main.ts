import { parentPort } from 'node:worker_threads';
import { packUpdates, unpackUpdates } from './packed-updates.ts';
import type { StateAnswer, StateTask } from './state-thread.ts';
import { cutState, mergeState } from './state-work.ts';

/*
 * The thread of `StateThread`: one task after the other, until it is ended from outside.
 */

parentPort?.on('message', (task: StateTask) => {
  const answer = run(task);
  if ('failure' in answer) parentPort?.postMessage(answer);
  else parentPort?.postMessage(answer, buffersOf(answer.message, answer.packed.bytes, answer.packed.ends));
});

function run({ id, packed, sequence }: StateTask): StateAnswer {
  try {
    const updates = unpackUpdates(packed);
    if (sequence !== null) {
      const { message, snapshot } = mergeState(updates, sequence);
      return { id, message, packed: packUpdates([snapshot]) };
    }
    const { message, pieces } = cutState(updates);
    return { id, message, packed: packUpdates(pieces) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** The memory that is handed over instead of being copied. */
function buffersOf(...views: readonly ArrayBufferView[]): ArrayBuffer[] {
  return views.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}
