import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { Gate } from '../../server/gate/gate.ts';
import { writePaper } from '../harness/paper.ts';
import { figure, type Line, times } from '../line.ts';

/** Updates of one turn: what a busy room applies together. */
const TURN = 25;
const ROUNDS = 5;

interface Costs {
  /** Nanoseconds an update. */
  readonly admit: number;
  readonly guarded: number;
  readonly plain: number;
}

/** Puts a whole session through the gate, and through Yjs alone. */
function measure(updates: readonly Uint8Array[]): Costs {
  const guardedDoc = new Y.Doc();
  const gate = new Gate(guardedDoc, { kind: 'text', field: TEXT_FIELD });
  const sender = { id: 1, person: null };
  const plainDoc = new Y.Doc();
  for (const doc of [guardedDoc, plainDoc]) doc.on('update', () => undefined);
  let [admit, guarded, plain] = [0, 0, 0];
  const withGate = (turn: readonly Uint8Array[]) => {
    const started = performance.now();
    for (const update of turn) if (gate.admit(update, sender, false) !== 'pass') throw new Error('refused');
    admit += performance.now() - started;
    guardedDoc.transact(() => {
      for (const update of turn) gate.apply(update, sender, false);
    });
    guarded += performance.now() - started;
  };
  const without = (turn: readonly Uint8Array[]) => {
    const started = performance.now();
    plainDoc.transact(() => {
      for (const update of turn) Y.applyUpdate(plainDoc, update);
    });
    plain += performance.now() - started;
  };
  for (let at = 0; at < updates.length; at += TURN) {
    const turn = updates.slice(at, at + TURN);
    // Anyone who comes second finds the bytes in the cache: they take turns.
    const [first, second] = (at / TURN) % 2 === 0 ? [withGate, without] : [without, withGate];
    first(turn);
    second(turn);
  }
  const scale = 1e6 / updates.length;
  return { admit: admit * scale, guarded: guarded * scale, plain: plain * scale };
}

export const gate: Line = {
  name: 'gate',
  title: 'what the gate costs an update, in this process: a whole recorded session through it',
  limit: 60,
  async run(say) {
    const { updates, name } = writePaper();
    let best: Costs | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      const costs = measure(updates);
      say(
        `admit ${figure(costs.admit)} ns; applied with the gate ${figure(costs.guarded)}, without ${figure(costs.plain)} ns`,
      );
      // The least disturbed round counts.
      if (best === null || costs.guarded - costs.plain < best.guarded - best.plain) best = costs;
    }
    if (best === null) return [];
    const cost = Math.max(0, best.guarded - best.plain);
    return [
      {
        work: `the gate, ${updates.length.toLocaleString('en-US')} updates of ${name}: what it adds to an update`,
        ours: `${figure(cost)} ns (admission ${figure(best.admit)})`,
        peers: `Yjs alone ${figure(best.plain)} ns`,
        ratio: times(cost / best.plain),
        target: 'under 1,000 ns',
        met: cost < 1_000,
      },
    ];
  },
};
