import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Outbox } from './outbox.ts';

/**
 * The account as it should be, kept the naive way: every edit by itself, every frame with the list of what it carries.
 */
class Model {
  readonly durable: boolean[] = [];
  restored = 0;
  frames: { edits: number[]; restored: boolean }[] = [];
  waiting: number[] = [];
  live = false;

  get unsaved(): number {
    return this.durable.filter((durable) => !durable).length + this.restored;
  }
}

/** A pair that goes through the same events. */
class Run {
  readonly model = new Model();
  readonly outbox = new Outbox();
  readonly #doc = new Y.Doc();
  #update: Uint8Array = new Uint8Array();

  constructor() {
    this.#doc.on('update', (update: Uint8Array) => {
      this.#update = update;
    });
  }

  edit(size: number): void {
    this.#doc.getText('content').insert(0, 'x'.repeat(size));
    const id = this.model.durable.push(false) - 1;
    this.outbox.edit();
    if (!this.model.live) return;
    this.model.waiting.push(id);
    this.outbox.wait(this.#update);
  }

  flush(maxBytes: number): void {
    const before = this.model.waiting;
    this.model.waiting = [];
    const frames = this.outbox.takeFrames(maxBytes);
    expect(frames.length).toBeLessThanOrEqual(before.length);
    expect(frames.every((frame) => frame.length <= maxBytes)).toBe(true);
    // With one frame it carries all; with several, nothing is known to have arrived before the last.
    frames.forEach((_, index) => {
      this.model.frames.push({ edits: index === frames.length - 1 ? before : [], restored: false });
    });
  }

  whole(holdsCopy: boolean): void {
    this.model.live = true;
    this.model.waiting = [];
    this.outbox.sendWhole(holdsCopy);
    this.model.frames.push({ edits: [...this.model.durable.keys()], restored: holdsCopy });
  }

  nothing(): void {
    this.outbox.sendNothing();
    this.model.frames.push({ edits: [], restored: false });
  }

  stored(share: number): void {
    const count = Math.floor(share * (this.model.frames.length + 1));
    for (const frame of this.model.frames.slice(0, count)) {
      for (const id of frame.edits) this.model.durable[id] = true;
      if (frame.restored) this.model.restored = 0;
    }
    this.outbox.stored(count);
  }

  drop(): void {
    this.model.live = false;
    this.model.waiting = [];
    this.model.frames = [];
    this.outbox.dropped();
  }

  restore(edits: number): void {
    this.model.restored += edits;
    // Frames that left before the copy was read did not carry it.
    for (const frame of this.model.frames) frame.restored = false;
    this.outbox.restore(edits);
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }).map((size) => (run: Run) => run.edit(size)) },
  { weight: 3, arbitrary: fc.constant((run: Run) => run.flush(1_000)) },
  { weight: 1, arbitrary: fc.boolean().map((holdsCopy) => (run: Run) => run.whole(holdsCopy)) },
  { weight: 1, arbitrary: fc.constant((run: Run) => run.nothing()) },
  {
    weight: 4,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
      .map((share) => (run: Run) => run.stored(share)),
  },
  { weight: 1, arbitrary: fc.constant((run: Run) => run.drop()) },
);

test('[DUR-13] any order of edits, frames, acknowledgements and drops: saved exactly when all edits are durable', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.array(step, { maxLength: 60 }), (restored, steps) => {
      const run = new Run();
      run.restore(restored);
      for (const [index, take] of steps.entries()) {
        take(run);
        expect(run.outbox.unsaved, `after step ${index + 1}`).toBe(run.model.unsaved);
      }
      // And it always comes to an end: one whole frame, acknowledged.
      run.whole(true);
      run.stored(0.999_999);
      expect(run.outbox.unsaved).toBe(0);
    }),
    { seed: 20261120, numRuns: 400 },
  );
});

test('[SYN-1] what is split over several frames arrives whole and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 150 }), (sizes) => {
      const doc = new Y.Doc();
      const outbox = new Outbox();
      doc.on('update', (update: Uint8Array) => {
        outbox.edit();
        outbox.wait(update);
      });
      for (const size of sizes) doc.getText('content').insert(0, 'y'.repeat(size));
      const received = new Y.Doc();
      for (const frame of outbox.takeFrames(300)) {
        // Skips the two type bytes and the length, which has one or two bytes.
        Y.applyUpdate(received, frame.subarray((frame[2] ?? 0) < 128 ? 3 : 4));
        expect(received.store.pendingStructs).toBeNull();
      }
      expect(received.getText('content').toString()).toBe(doc.getText('content').toString());
    }),
    { seed: 20261121, numRuns: 60 },
  );
});
