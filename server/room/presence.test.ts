import { expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type AwarenessEntry, decodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import type { Member } from './member.ts';
import { Presence, PresenceLimitError } from './presence.ts';

const LIMITS = { idsPerMember: 3, bytesPerMember: 100 };

let nextId = 1;

function member(): Member {
  return {
    id: nextId++,
    person: null,
    congested: false,
    mayWrite: true,
    mayWork: true,
    mayMerge: true,
    worked: () => undefined,
    deliver: () => undefined,
    stored: () => undefined,
    notify: () => undefined,
    close: () => undefined,
  };
}

const entry = (clientId: number, clock: number, state: unknown): AwarenessEntry => ({
  clientId,
  clock,
  state: new TextEncoder().encode(JSON.stringify(state)),
});

/** What somebody who has followed from the beginning sees. */
class Watcher {
  readonly #awareness = new Awareness(new Y.Doc());
  readonly #presence: Presence;

  constructor(presence: Presence) {
    this.#presence = presence;
    this.#awareness.setLocalState(null);
  }

  look(): Record<string, unknown> {
    const changes = this.#presence.takeChanges();
    if (changes !== null) applyAwarenessUpdate(this.#awareness, changes, 'server');
    const seen = Object.fromEntries(this.#awareness.getStates());
    this.#awareness.destroy();
    return seen;
  }
}

it('passes on what changed, once, and everything to who joins', () => {
  const presence = new Presence(LIMITS);
  const alice = member();
  presence.update(alice, [entry(1, 1, { name: 'Alice' })]);
  presence.update(alice, [entry(1, 2, { name: 'Alice!' })]);
  const changes = decodeAwarenessEntries(presence.takeChanges() ?? new Uint8Array([0]));
  expect(changes.map(({ clientId, clock }) => [clientId, clock])).toEqual([[1, 2]]);
  expect(presence.takeChanges()).toBeNull();
  expect(decodeAwarenessEntries(presence.everyone() ?? new Uint8Array([0]))).toHaveLength(1);
});

it('[PRE-2] passes over entries about ids that somebody else introduced', () => {
  const presence = new Presence(LIMITS);
  const watcher = new Watcher(presence);
  const [alice, mallory] = [member(), member()];
  presence.update(alice, [entry(1, 1, { name: 'Alice' })]);
  presence.update(mallory, [entry(1, 9, { name: 'Mallory' }), entry(1, 10, null)]);
  expect(watcher.look()).toEqual({ 1: { name: 'Alice' } });
});

it('[PRE-1] takes away what a connection introduced when it leaves', () => {
  const presence = new Presence(LIMITS);
  const [alice, bob] = [member(), member()];
  presence.update(alice, [entry(1, 5, { name: 'Alice' })]);
  presence.update(bob, [entry(2, 1, { name: 'Bob' })]);
  presence.takeChanges();
  presence.leave(alice);
  const gone = decodeAwarenessEntries(presence.takeChanges() ?? new Uint8Array([0]));
  expect(gone.map(({ clientId, clock, state }) => [clientId, clock, new TextDecoder().decode(state)])).toEqual([
    [1, 5, 'null'],
  ]);
  expect(presence.size).toBe(1);
});

it('[PRE-2] is not fooled by the echo of a state whose owner has left', () => {
  const presence = new Presence(LIMITS);
  const [alice, bob] = [member(), member()];
  presence.update(alice, [entry(1, 5, { name: 'Alice' })]);
  presence.update(bob, [entry(2, 1, { name: 'Bob' })]);
  presence.leave(alice);
  presence.update(bob, [entry(1, 5, { name: 'Alice' })]);
  expect(presence.size).toBe(1);
});

it('lets somebody return on a new connection, with the same clock or a newer one', () => {
  for (const clock of [5, 6]) {
    const presence = new Presence(LIMITS);
    const [first, second] = [member(), member()];
    presence.update(first, [entry(1, 5, { name: 'Alice' })]);
    presence.leave(first);
    presence.update(second, [entry(1, clock, { name: 'Alice' })]);
    expect(presence.size).toBe(1);
    presence.update(second, [entry(1, clock + 1, null)]);
    expect(presence.size).toBe(0);
  }
});

it('[PRE-2] caps ids and bytes of a connection', () => {
  const presence = new Presence(LIMITS);
  const alice = member();
  presence.update(alice, [entry(1, 1, {}), entry(2, 1, {}), entry(3, 1, {})]);
  expect(() => presence.update(alice, [entry(4, 1, {})])).toThrow(PresenceLimitError);
  const bob = member();
  presence.update(bob, [entry(7, 1, { text: 'x'.repeat(50) })]);
  expect(() => presence.update(bob, [entry(8, 1, { text: 'x'.repeat(50) })])).toThrow(PresenceLimitError);
  expect(() => presence.update(bob, [entry(7, 2, { text: 'x'.repeat(60) })])).not.toThrow();
});

it('works with what y-protocols encodes', () => {
  const presence = new Presence({ idsPerMember: 3, bytesPerMember: 1_000 });
  const watcher = new Watcher(presence);
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState({ user: { name: 'Zoë 😀' } });
  const update = encodeAwarenessUpdate(awareness, [awareness.clientID]);
  presence.update(member(), decodeAwarenessEntries(update));
  expect(watcher.look()).toEqual({ [awareness.clientID]: { user: { name: 'Zoë 😀' } } });
  awareness.destroy();
});
