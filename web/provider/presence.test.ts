import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { decodeAwarenessEntries, encodeAwarenessEntries, goneEntry } from '../../protocol/awareness-entries.ts';
import { decodeMessage, encodeAwareness } from '../../protocol/messages.ts';
import type { CoscribeProvider } from './provider.ts';
import { World, write } from './testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.end();
  vi.useRealTimers();
});

const seenBy = (provider: CoscribeProvider, other: CoscribeProvider): unknown =>
  provider.awareness.getStates().get(other.awareness.clientID);

/** Client ids in the awareness frames that clients sent, a list a frame. */
function presenceFrames(): number[][] {
  return world.network.frames.flatMap((frame) => {
    const message = decodeMessage(frame);
    return message.type === 'awareness' ? [decodeAwarenessEntries(message.update).map(({ clientId }) => clientId)] : [];
  });
}

describe('presence', () => {
  test('reaches the others, also a state that was set before connecting or never changed', async () => {
    const alice = world.join();
    alice.awareness.setLocalState({ user: { name: 'Alice' } });
    const bob = world.join();
    await world.moment();
    expect(seenBy(bob, alice)).toEqual({ user: { name: 'Alice' } });
    expect(seenBy(alice, bob)).toEqual({});
  });

  test('[PRE-2] a client sends its own state only', async () => {
    const [alice, bob] = [world.join(), world.join()];
    await world.moment();
    alice.awareness.setLocalStateField('cursor', 1);
    bob.awareness.setLocalStateField('cursor', 2);
    await world.moment();
    world.network.reset();
    await world.clock.advance(5_000);
    const own = [[alice.awareness.clientID], [bob.awareness.clientID]];
    expect(presenceFrames().every((ids) => own.some(([id]) => ids.length === 1 && ids[0] === id))).toBe(true);
    expect(presenceFrames().length).toBeGreaterThanOrEqual(6);
  });

  test('a fast cursor costs a frame every 30 ms at most, and never runs ahead of the text', async () => {
    const alice = world.join();
    await world.moment();
    world.network.frames.length = 0;
    for (let i = 0; i < 50; i++) {
      write(alice, 'x');
      alice.awareness.setLocalStateField('cursor', i);
      await world.clock.advance(2);
    }
    await world.moment();
    const types = world.network.frames.map((frame) => decodeMessage(frame).type);
    expect(types.length).toBeLessThanOrEqual(10);
    expect(types).toEqual(types.map((_, index) => (index % 2 === 0 ? 'update' : 'awareness')));
  });

  test('the others leave with the connection and are accepted again after it, with the same clock', async () => {
    const [alice, bob] = [world.join(), world.join()];
    await world.moment();
    bob.awareness.setLocalState({ user: { name: 'Bob' } });
    await world.moment();
    alice.disconnect();
    expect(seenBy(alice, bob)).toBeUndefined();
    await world.moment();
    expect(seenBy(bob, alice)).toBeUndefined();
    alice.connect();
    await world.moment();
    // Bob did nothing meanwhile: his clock is the one that Alice knew.
    expect(seenBy(alice, bob)).toEqual({ user: { name: 'Bob' } });
    // And Bob, who was told that Alice left, believes in her return.
    expect(seenBy(bob, alice)).toEqual({});
  });

  test('what the server says about the own id is ignored', async () => {
    const alice = world.join();
    await world.moment();
    alice.awareness.setLocalState({ user: { name: 'Alice' } });
    const { clientID } = alice.awareness;
    world.network.frames.length = 0;
    world.server.sendRaw(encodeAwareness(encodeAwarenessEntries([goneEntry(clientID, 99)], 1)));
    await world.moment();
    expect(alice.awareness.getLocalState()).toEqual({ user: { name: 'Alice' } });
    expect(alice.awareness.meta.get(clientID)?.clock).toBeLessThan(99);
    expect(alice.status).toBe('connected');
  });

  test('[PRE-3] a peer that renews nothing stays as long as the server is heard', async () => {
    // The awareness looks every 3 s for states without a sign of life in the last 30 s of the wall clock.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const alice = world.join();
    await world.moment();
    const hidden = { clientId: 7, clock: 1, state: new TextEncoder().encode('{"user":{"name":"Hidden"}}') };
    world.server.sendRaw(encodeAwareness(encodeAwarenessEntries([hidden], 1)));
    await world.moment();
    const age = (): void => {
      const meta = alice.awareness.meta.get(7);
      if (meta === undefined) throw new Error('nothing is known of 7');
      meta.lastUpdated -= 60_000;
    };
    age();
    // Nothing but the server's sign of life arrives meanwhile.
    await world.clock.advance(20_000);
    vi.advanceTimersByTime(3_000);
    expect(alice.awareness.getStates().get(7)).toEqual({ user: { name: 'Hidden' } });
    age();
    vi.advanceTimersByTime(3_000);
    expect(alice.awareness.getStates().has(7)).toBe(false);
  });

  test('the others are gone when the server is', async () => {
    const [alice, bob] = [world.join(), world.join()];
    await world.moment();
    expect(seenBy(alice, bob)).toEqual({});
    world.network.reachable = false;
    world.network.silence();
    await world.clock.advance(50_000);
    expect(seenBy(alice, bob)).toBeUndefined();
  });

  test('a state that is too large for servers is not sent, and text still is', async () => {
    const alice = world.join();
    await world.moment();
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    alice.awareness.setLocalStateField('photo', 'x'.repeat(10_000));
    write(alice, 'text');
    await world.moment();
    expect(world.server.text).toBe('text');
    expect(errors).toHaveLength(1);
    expect(alice.status).toBe('connected');
  });

  test('an awareness of the host is used and left alive, an own one ends with the provider', async () => {
    const doc = new Y.Doc();
    const shared = new Awareness(doc);
    shared.setLocalState({ user: { name: 'Host' } });
    const alice = world.join({ awareness: shared }, doc);
    const bob = world.join();
    await world.moment();
    expect(seenBy(bob, alice)).toEqual({ user: { name: 'Host' } });
    alice.destroy();
    expect(shared.getLocalState()).toEqual({ user: { name: 'Host' } });
    bob.destroy();
    expect(bob.awareness.getLocalState()).toBeNull();
  });
});
