// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { linked, type Replica, settle } from '../testing/linked-editors.ts';
import { GROUP_PAUSE } from './undo.ts';

let people: Replica[] = [];
let [alice, bob]: Replica[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  people = linked(2);
  [alice, bob] = people;
});

afterEach(() => {
  for (const one of people) one.destroy();
  vi.useRealTimers();
});

function both(): { alice: Replica; bob: Replica } {
  if (alice === undefined || bob === undefined) throw new Error('two people are linked');
  return { alice, bob };
}

function type({ view }: Replica, insert: string, at = view.state.selection.main.head): void {
  view.dispatch({
    changes: { from: at, insert },
    selection: { anchor: at + insert.length },
    userEvent: 'input.type',
  });
}

test('[SYN-8] undo reverts only own edits, also after remote changes', () => {
  const { alice, bob } = both();
  type(alice, 'Alice wrote this. ');
  settle(people);
  type(bob, 'Bob wrote that.', 18);
  settle(people);
  expect(alice.binding.history.undo(alice.view)).toBe(true);
  settle(people);
  expect(alice.shown()).toBe('Bob wrote that.');
  expect(bob.shown()).toBe('Bob wrote that.');
  expect(alice.binding.history.undo(alice.view)).toBe(false);
  expect(alice.binding.history.redo(alice.view)).toBe(true);
  settle(people);
  expect(bob.shown()).toBe('Alice wrote this. Bob wrote that.');
});

test('[SYN-8] undo reverts only own edits, also across a reconnect', () => {
  const { alice, bob } = both();
  type(alice, 'first ');
  settle(people);
  // Both write while apart; what they missed comes as one update, as after a reconnect.
  vi.advanceTimersByTime(GROUP_PAUSE * 2);
  type(alice, 'second ');
  type(bob, 'offline ', 0);
  for (const one of people) one.inbox.length = 0;
  Y.applyUpdate(alice.doc, Y.encodeStateAsUpdate(bob.doc, Y.encodeStateVector(alice.doc)), 'network');
  Y.applyUpdate(bob.doc, Y.encodeStateAsUpdate(alice.doc, Y.encodeStateVector(bob.doc)), 'network');
  alice.binding.history.undo(alice.view);
  settle(people);
  expect(bob.shown()).toBe('offline first ');
  alice.binding.history.undo(alice.view);
  settle(people);
  expect(bob.shown()).toBe('offline ');
  expect(alice.shown()).toBe('offline ');
});

test('edits group by pauses', () => {
  const { alice } = both();
  for (const letter of 'one') type(alice, letter);
  vi.advanceTimersByTime(GROUP_PAUSE + 1);
  for (const letter of ' two') type(alice, letter);
  alice.binding.history.undo(alice.view);
  expect(alice.shown()).toBe('one');
  alice.binding.history.undo(alice.view);
  expect(alice.shown()).toBe('');
});

test('edits group by jumps of the caret', () => {
  const { alice } = both();
  type(alice, 'end');
  alice.view.dispatch({ selection: { anchor: 0 }, userEvent: 'select.pointer' });
  type(alice, 'start ');
  alice.binding.history.undo(alice.view);
  expect(alice.shown()).toBe('end');
});

test('undo and redo restore the selection, also when the text around it has moved', () => {
  const { alice, bob } = both();
  type(alice, 'keep replace keep');
  vi.advanceTimersByTime(GROUP_PAUSE + 1);
  alice.view.dispatch({ selection: { anchor: 5, head: 12 }, userEvent: 'select' });
  alice.view.dispatch({ ...alice.view.state.replaceSelection('new'), userEvent: 'input.type' });
  settle(people);
  type(bob, '>>> ', 0);
  settle(people);
  alice.binding.history.undo(alice.view);
  expect(alice.shown()).toBe('>>> keep replace keep');
  const { from, to } = alice.view.state.selection.main;
  expect(alice.view.state.sliceDoc(from, to)).toBe('replace');
  alice.binding.history.redo(alice.view);
  expect(alice.shown()).toBe('>>> keep new keep');
  expect(alice.view.state.selection.main.head).toBe(12);
});

test('a new edit forgets what could be redone', () => {
  const { alice } = both();
  type(alice, 'a');
  alice.binding.history.undo(alice.view);
  type(alice, 'b');
  expect(alice.binding.history.redo(alice.view)).toBe(false);
  expect(alice.shown()).toBe('b');
});
