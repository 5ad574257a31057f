// @vitest-environment jsdom
import { EditorState, Prec, StateField, Transaction } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { linked, type Replica, receive, replica, settle } from '../testing/linked-editors.ts';
import { CHUNK_UNITS } from './local-changes.ts';
import { DriftError, TextBinding } from './text-binding.ts';

const open: Replica[] = [];

function pair(...args: Parameters<typeof linked> extends [number, ...infer Rest] ? Rest : never): [Replica, Replica] {
  const [alice, bob] = linked(2, ...args);
  if (alice === undefined || bob === undefined) throw new Error('linked(2) gives two');
  open.push(alice, bob);
  return [alice, bob];
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
  vi.useRealTimers();
});

function write(person: Replica, from: number, insert: string, to = from): void {
  person.view.dispatch({ changes: { from, to, insert }, userEvent: 'input.type' });
}

describe('remote changes', () => {
  test('wait for the next frame and come as one transaction, marked as remote', () => {
    const [alice, bob] = pair();
    const seen: Transaction[] = [];
    bob.view.dispatch({ effects: [] });
    const dispatch = vi.spyOn(bob.view, 'dispatch');
    for (const letter of 'hello') write(alice, alice.view.state.doc.length, letter);
    receive(bob);
    expect(bob.shown()).toBe('');
    expect(dispatch).not.toHaveBeenCalled();
    vi.advanceTimersToNextFrame();
    expect(bob.shown()).toBe('hello');
    expect(dispatch).toHaveBeenCalledTimes(1);
    const [spec] = dispatch.mock.calls[0] ?? [];
    seen.push(bob.view.state.update(spec as object));
    expect(seen[0]?.annotation(Transaction.addToHistory)).toBe(false);
    expect(seen[0]?.annotation(Transaction.remote)).toBe(true);
  });

  test('come by a timer in a hidden tab, where no frames are', () => {
    const [alice, bob] = pair();
    vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(1);
    write(alice, 0, 'hidden');
    receive(bob);
    vi.advanceTimersByTime(150);
    expect(bob.shown()).toBe('hidden');
    vi.restoreAllMocks();
  });

  test('pass change filters, transaction filters and read-only editors of the host', () => {
    const refuse = [
      EditorState.changeFilter.of(() => false),
      EditorState.transactionFilter.of((transaction) => (transaction.docChanged ? [] : transaction)),
      EditorState.readOnly.of(true),
    ];
    const bob = replica(2, new Y.Doc(), refuse);
    open.push(bob);
    bob.text.insert(0, 'cannot be refused');
    bob.binding.flush();
    expect(bob.shown()).toBe('cannot be refused');
    write(bob, 0, 'refused ');
    expect(bob.held()).toBe('cannot be refused');
  });

  test('that are still waiting do not disturb a local change', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'middle');
    settle([alice, bob]);
    write(alice, 0, 'before ');
    write(alice, alice.view.state.doc.length, ' after');
    receive(bob);
    write(bob, 3, 'X');
    expect(bob.shown()).toBe('midXdle');
    expect(bob.held()).toBe('before midXdle after');
    settle([alice, bob]);
    expect(bob.shown()).toBe('before midXdle after');
    expect(alice.shown()).toBe('before midXdle after');
  });

  test('in one Yjs transaction with a local change are told apart from it', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'shared text');
    settle([alice, bob]);
    write(alice, 0, 'remote ');
    bob.doc.transact(() => {
      receive(bob);
      write(bob, 6, '!');
      write(bob, 12, '!');
    }, 'batch');
    settle([alice, bob]);
    expect(bob.shown()).toBe('remote shared! text!');
    expect(alice.shown()).toBe(bob.shown());
    expect(bob.errors).toEqual([]);
  });

  test('made by an observer of the host in answer to a local change arrive once', () => {
    const [alice] = pair();
    alice.text.observe((_event, transaction) => {
      if (transaction.origin === alice.binding.origin) {
        const at = alice.held().indexOf('teh');
        if (at >= 0) {
          alice.text.delete(at, 3);
          alice.text.insert(at, 'the');
        }
      }
    });
    write(alice, 0, 'teh end');
    alice.binding.flush();
    expect(alice.held()).toBe('the end');
    expect(alice.shown()).toBe('the end');
  });

  test('made from within an observer through the editor keep both the same', () => {
    const [alice, bob] = pair();
    bob.text.observe(() => {
      if (bob.held() === 'ab') write(bob, 0, '>');
    });
    write(alice, 0, 'ab');
    settle([alice, bob]);
    settle([alice, bob]);
    expect(bob.shown()).toBe('ab>');
    expect(alice.shown()).toBe('ab>');
  });

  test('keep the own selection where it was', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'one two three');
    settle([alice, bob]);
    bob.view.dispatch({ selection: { anchor: 4, head: 7 } });
    write(alice, 0, 'zero ');
    settle([alice, bob]);
    expect(bob.view.state.sliceDoc(bob.view.state.selection.main.from, bob.view.state.selection.main.to)).toBe('two');
  });
});

describe('what breaks other bindings', () => {
  test('CR and CRLF keep lengths and positions equal', () => {
    const [alice, bob] = pair();
    alice.text.insert(0, 'one\r\ntwo\rthree\n\rfour');
    settle([alice, bob]);
    expect(bob.shown()).toBe('one\r\ntwo\rthree\n\rfour');
    expect(bob.view.state.doc.length).toBe(bob.text.length);
    write(bob, 5, '>');
    settle([alice, bob]);
    expect(alice.shown()).toBe('one\r\n>two\rthree\n\rfour');
  });

  test('a local change that splits a surrogate pair is widened to whole code points', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'a😀b');
    settle([alice, bob]);
    write(alice, 2, 'X');
    for (let round = 0; round < 2; round++) settle([alice, bob]);
    expect(alice.held()).toBe('a\ufffdX\ufffdb');
    expect(alice.shown()).toBe(alice.held());
    expect(bob.shown()).toBe(alice.held());
  });

  test.each([
    ['at once', 0],
    ['after somebody wrote', 1],
  ])('a pair that is typed as two keys arrives as one letter, %s', (_when, writing) => {
    const [alice, bob] = pair();
    write(alice, 0, 'ab');
    settle([alice, bob]);
    write(alice, 1, '\ud83d');
    if (writing === 1) {
      write(bob, 0, '>');
      receive(alice);
    }
    write(alice, 2, '\ude00');
    for (let round = 0; round < 2; round++) settle([alice, bob]);
    expect(alice.held()).toBe(writing === 1 ? '>a😀b' : 'a😀b');
    expect(alice.shown()).toBe(alice.held());
    expect(bob.shown()).toBe(alice.held());
    expect([...alice.errors, ...bob.errors]).toEqual([]);
  });

  test('half a pair whose other half never comes is not kept', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'one \ud83d');
    write(alice, 5, '!');
    for (let round = 0; round < 2; round++) settle([alice, bob]);
    expect([alice.held(), alice.shown(), bob.shown()]).toEqual(['one !', 'one !', 'one !']);
  });

  test('a remote change that splits a surrogate pair leaves everybody with the same text', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'a😀b');
    settle([alice, bob]);
    alice.text.insert(2, 'X');
    settle([alice, bob]);
    expect(alice.held()).toBe('a\ufffdX\ufffdb');
    expect(alice.shown()).toBe(alice.held());
    expect(bob.shown()).toBe(alice.held());
  });

  test('embeds and formats of rich editors neither loop nor shift what follows', () => {
    const [alice, bob] = pair();
    write(alice, 0, 'before after');
    settle([alice, bob]);
    alice.text.insertEmbed(7, { image: 'data' });
    alice.text.format(0, 6, { bold: true });
    settle([alice, bob]);
    expect(bob.shown()).toBe('before \ufffcafter');
    write(bob, 8, 'and ');
    settle([alice, bob]);
    expect(alice.held()).toBe('before \ufffcand after');
    expect(alice.shown()).toBe(alice.held());
    write(bob, 7, '', 8);
    settle([alice, bob]);
    expect(alice.text.toDelta()).toEqual([{ insert: 'before', attributes: { bold: true } }, { insert: ' and after' }]);
    expect([...alice.errors, ...bob.errors]).toEqual([]);
  });

  test('an editor that starts with another text takes the Y.Text', () => {
    const doc = new Y.Doc();
    const text = doc.getText('content');
    text.insert(0, 'the document');
    const binding = new TextBinding(text, (error) => {
      throw error;
    });
    const view = new EditorView({ state: EditorState.create({ doc: 'something old', extensions: binding.extension }) });
    vi.advanceTimersToNextFrame();
    expect(view.state.doc.toString()).toBe('the document');
    expect(text.toString()).toBe('the document');
    view.destroy();
    binding.destroy();
  });

  test('destroying leaves no listener on the document, the text or the undo history', () => {
    const doc = new Y.Doc();
    const text = doc.getText('content');
    const listeners = () =>
      [...doc._observers.values()].reduce((sum, set) => sum + set.size, 0) + text._eH.l.length + text._dEH.l.length;
    const before = listeners();
    for (let i = 0; i < 3; i++) {
      const one = replica(1, doc);
      expect(listeners()).toBeGreaterThan(before);
      write(one, 0, 'x');
      one.view.destroy();
      one.binding.destroy();
    }
    expect(listeners()).toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a large insert goes out in pieces that never cut a pair, and is undone in one step', () => {
    const [alice, bob] = pair();
    const sizes: number[] = [];
    alice.doc.on('update', (update: Uint8Array) => sizes.push(update.length));
    const large = `x${'😀'.repeat(200_000)}`;
    write(alice, 0, large);
    expect(sizes.length).toBeGreaterThanOrEqual(large.length / CHUNK_UNITS);
    expect(Math.max(...sizes)).toBeLessThan(3 * CHUNK_UNITS);
    settle([alice, bob]);
    expect(bob.shown() === large).toBe(true);
    alice.binding.history.undo(alice.view);
    settle([alice, bob]);
    expect(bob.shown()).toBe('');
  });
});

describe('errors of others', () => {
  test('an extension that throws at remote changes is reported, and the editor catches up later', () => {
    let angry = false;
    const thrower = StateField.define<number>({
      create: () => 0,
      update(value, transaction) {
        if (angry && transaction.docChanged) throw new Error('angry extension');
        return value + 1;
      },
    });
    const bob = replica(2, new Y.Doc(), thrower);
    open.push(bob);
    angry = true;
    bob.text.insert(0, 'text');
    vi.advanceTimersToNextFrame();
    expect(bob.errors.map(String)).toEqual(['Error: angry extension']);
    angry = false;
    bob.text.insert(4, ' and more');
    vi.advanceTimersToNextFrame();
    expect(bob.shown()).toBe('text and more');
    write(bob, 0, '> ');
    expect(bob.held()).toBe('> text and more');
  });

  test('listeners and decorations that throw do not stop local changes', () => {
    const bob = replica(2, new Y.Doc(), [
      Prec.highest(
        EditorView.updateListener.of(() => {
          throw new Error('angry listener');
        }),
      ),
    ]);
    open.push(bob);
    write(bob, 0, 'still written');
    expect(bob.held()).toBe('still written');
    expect(bob.errors.length).toBeGreaterThan(0);
  });

  test('drift is found when it is quiet, healed from the Y.Text and reported', () => {
    const [alice] = pair();
    write(alice, 0, 'the truth');
    vi.advanceTimersByTime(10_000);
    // The view's state is exchanged behind the binding's back.
    const swapped = alice.view.state.update({ changes: { from: 0, to: 3, insert: 'one' }, filter: false });
    Object.assign(alice.view, {
      viewState: Object.assign(Reflect.get(alice.view, 'viewState'), { state: swapped.state }),
    });
    expect(alice.shown()).toBe('one truth');
    vi.advanceTimersByTime(60_000);
    expect(alice.shown()).toBe('the truth');
    expect(alice.errors.some((error) => error instanceof DriftError)).toBe(true);
  });
});
