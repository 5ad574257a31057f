// @vitest-environment jsdom
import { EditorSelection } from '@codemirror/state';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { linked, type Replica, receive, settle } from '../testing/linked-editors.ts';

const RUNS = Number(process.env['COSCRIBE_FUZZ_RUNS'] ?? 200);

/** Text with what breaks naive bindings: pairs, halves of pairs, line ends of every kind, marks, tabs. */
const snippet = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(
        fc.constantFrom('a', 'b', ' ', '\t', '\n', '\r\n', '\r', 'é', 'ש', 'e\u0301', '😀', '𝒳', '👩‍👧', '\ufffd'),
        { maxLength: 5 },
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('\ud83d', '\ude00', 'x\ud83d') },
);

const place = fc.double({ min: 0, max: 1, noNaN: true });
const edit = fc.record({ at: place, length: fc.nat(4), insert: snippet });
const person = fc.nat(4);

const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      person,
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('receive' as const), person, count: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const), person }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const, 'compose' as const), person }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('program' as const),
      person,
      edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('embed' as const), person, at: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('nested' as const), person, count: fc.nat(3), edit }) },
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

test('[SYN-1] editors with random edits, exchanged in random order, end with the same text everywhere', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.array(act, { maxLength: 40 }), (count, acts) => {
      const people = linked(count);
      try {
        for (const one of acts) perform(one, people);
        // What halves of pairs became is only the same everywhere once it went over the wire and back.
        for (const one of people) one.composing = false;
        for (let round = 0; round < 3; round++) settle(people);
        const [first] = people;
        for (const one of people) {
          expect(one.errors).toEqual([]);
          expect(one.shown()).toBe(one.held());
          expect(one.held()).toBe(first?.held());
        }
      } finally {
        for (const one of people) one.destroy();
      }
    }),
    { numRuns: RUNS, seed: Number(process.env['COSCRIBE_FUZZ_SEED'] ?? 20261101) },
  );
});

function perform(one: Act, people: readonly Replica[]): void {
  const who = people[one.person % people.length];
  if (who === undefined) return;
  const { view, doc, text } = who;
  switch (one.kind) {
    case 'type': {
      // Several ranges at once, anywhere, also within pairs: what a program or many carets do.
      const changes = disjoint(one.edits.map((e) => spanOf(e, view.state.doc.length)));
      const [caret] = changes;
      view.dispatch({ changes, selection: EditorSelection.cursor(caret?.from ?? 0), userEvent: 'input.type' });
      break;
    }
    case 'receive':
      receive(who, one.count);
      break;
    case 'flush':
      who.binding.flush();
      if (!who.composing) expect(who.shown()).toBe(who.held());
      break;
    case 'compose':
      who.composing = !who.composing;
      break;
    case 'undo':
    case 'redo':
      who.binding.history[one.kind](view);
      if (!who.composing) expect(who.shown()).toBe(who.held());
      break;
    case 'program':
      // Somebody writes into the Y.Text itself. Halves of pairs are theirs to avoid.
      doc.transact(() => {
        for (const e of one.edits) {
          const { from, to, insert } = wholePairs(spanOf(e, text.length), who.held());
          if (to > from) text.delete(from, to - from);
          text.insert(from, insert.toWellFormed());
        }
      }, 'program');
      break;
    case 'embed': {
      const { from } = wholePairs(spanOf({ at: one.at, length: 0, insert: '' }, text.length), who.held());
      text.insertEmbed(from, { image: 'x' });
      break;
    }
    case 'nested':
      // An edit in the editor while a remote transaction is under way.
      doc.transact(() => {
        receive(who, one.count);
        view.dispatch({ changes: spanOf(one.edit, view.state.doc.length) });
      }, 'network-batch');
      break;
    default:
      one satisfies never;
  }
}

interface Span {
  from: number;
  to: number;
  insert: string;
}

function spanOf({ at, length, insert }: { at: number; length: number; insert: string }, size: number): Span {
  const from = Math.floor(at * size);
  return { from, to: Math.min(size, from + length), insert };
}

function disjoint(spans: Span[]): Span[] {
  const sorted = spans.sort((a, b) => a.from - b.from);
  return sorted.filter((span, i) => i === 0 || span.from > Math.max(...sorted.slice(0, i).map(({ to }) => to)));
}

function wholePairs({ from, to, insert }: Span, held: string): Span {
  const splits = (at: number) => at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(held.slice(at - 1, at + 1));
  return { from: splits(from) ? from - 1 : from, to: splits(to) ? to + 1 : to, insert };
}

test('[SYN-1] programs that split pairs in the Y.Text itself leave no editor behind', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), fc.array(fc.boolean(), { maxLength: 12 }), (edits, flushes) => {
      const people = linked(2);
      const [alice, bob] = people;
      if (alice === undefined || bob === undefined) return;
      try {
        alice.text.insert(0, '😀😀\r\n𝒳😀');
        settle(people);
        for (const [i, e] of edits.entries()) {
          const { from, to, insert } = spanOf(e, alice.text.length);
          alice.text.delete(from, to - from);
          alice.text.insert(from, insert.toWellFormed());
          if (flushes[i] === true) settle(people);
        }
        settle(people);
        expect(alice.shown()).toBe(alice.held());
        expect(bob.shown()).toBe(bob.held());
        expect(bob.held()).toBe(alice.held());
        expect([...alice.errors, ...bob.errors]).toEqual([]);
        expect(Y.encodeStateVector(bob.doc)).toEqual(Y.encodeStateVector(alice.doc));
      } finally {
        for (const one of people) one.destroy();
      }
    }),
    { numRuns: RUNS, seed: Number(process.env['COSCRIBE_FUZZ_SEED'] ?? 20261101) },
  );
});
