import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { World } from './testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.end();
  vi.restoreAllMocks();
});

test('[CON-10] logs every message with type and size, and neither texts nor tokens', async () => {
  const secret = 'token-of-alice';
  const alice = world.join({ token: () => secret });
  const inspector = await alice.inspect();
  expect(await alice.inspect()).toBe(inspector);
  await world.moment();
  alice.doc.getText('content').insert(0, 'words of Alice');
  alice.refreshToken();
  await world.clock.advance(1_000);
  expect(alice.saved).toBe(true);
  const names = inspector.entries.map(({ kind, name }) => `${kind} ${name}`);
  expect(names).toContain('out update');
  expect(names).toContain('in stored');
  expect(inspector.roundTrip).not.toBeNull();
  const all = JSON.stringify(inspector.entries) + inspector.text;
  expect(all).not.toContain(secret);
  expect(all).not.toContain('words of Alice');
});

test('holds messages back in their order, and lets them pass again', async () => {
  const alice = world.join();
  const bob = world.join();
  const inspector = await alice.inspect();
  await world.clock.advance(1_000);
  inspector.slow(2_000);
  alice.doc.getText('content').insert(0, 'slowly');
  await world.clock.advance(1_000);
  expect(bob.doc.getText('content').toString()).toBe('');
  inspector.slow(0);
  alice.doc.getText('content').insert(6, ', then faster');
  await world.clock.advance(5_000);
  expect(bob.doc.getText('content').toString()).toBe('slowly, then faster');
  expect(alice.saved).toBe(true);
});

test('cuts, goes offline and comes back', async () => {
  const alice = world.join();
  const inspector = await alice.inspect();
  await world.clock.advance(1_000);
  inspector.cut();
  expect(alice.status).toBe('disconnected');
  await world.clock.advance(1_000);
  expect(alice.status).toBe('connected');
  inspector.goOffline();
  await world.clock.advance(60_000);
  expect([alice.status, inspector.state, inspector.transport]).toEqual(['disconnected', 'idle', null]);
  inspector.reconnect();
  await world.clock.advance(1_000);
  expect(alice.status).toBe('connected');
});

test('[CON-10] debug writes the same to the console', async () => {
  const written = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
  const alice = world.join();
  alice.debug = true;
  const inspector = await alice.inspect();
  await world.clock.advance(1_000);
  inspector.cut();
  expect(written.mock.calls.flat().join('\n')).toMatch(/coscribe .* · waiting/);
  written.mockClear();
  alice.debug = false;
  await alice.inspect();
  await world.clock.advance(1_000);
  expect(written).not.toHaveBeenCalled();
});
