import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Access } from './access.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { textOf, World, write } from './testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.end();
});

const MINUTE = 60_000;
const ALICE = { id: 'alice', name: 'Alice', color: null, avatar: null };

/** Counts how often it was asked; throws while told to. */
function tokens() {
  const source = {
    asked: 0,
    failing: false,
    next: () => {
      source.asked += 1;
      if (source.failing) throw new Error('no network');
      return `token${source.asked}`;
    },
  };
  return source;
}

describe('[SEC-3] a token is renewed on the live connection', () => {
  test('a minute before a long access runs out, again and again', async () => {
    const source = tokens();
    world.server.lifetime = 60 * MINUTE;
    const alice = world.join({ token: source.next });
    await world.moment();
    await world.clock.advance(58 * MINUTE);
    expect(world.server.tokens).toEqual([]);
    await world.clock.advance(2 * MINUTE);
    expect(world.server.tokens).toEqual(['token2']);
    await world.clock.advance(59 * MINUTE);
    expect(world.server.tokens).toEqual(['token2', 'token3']);
    expect([alice.status, world.network.attempts]).toEqual(['connected', 1]);
  });

  test('after four fifths of a short one', async () => {
    const source = tokens();
    world.server.lifetime = 10_000;
    world.join({ token: source.next });
    await world.moment();
    world.server.lifetime = 10 * MINUTE;
    await world.clock.advance(7_000);
    expect(source.asked).toBe(1);
    await world.clock.advance(1_000);
    expect(world.server.tokens).toEqual(['token2']);
    await world.clock.advance(8 * MINUTE);
    expect(source.asked).toBe(2);
  });

  test('also when the access lasts longer than a timer can', async () => {
    const source = tokens();
    const clock = new FakeClock();
    const nothing = () => undefined;
    const options = {
      clock,
      random: () => 0.5,
      send: nothing,
      roleChanged: nothing,
      accepts: () => true,
      failed: nothing,
    };
    const access = new Access({ ...options, token: source.next });
    const lifetime = 40 * 24 * 60 * MINUTE;
    access.granted({ role: 'editor', expiresIn: lifetime });
    await clock.advance(lifetime - 2 * MINUTE);
    expect(source.asked).toBe(0);
    await clock.advance(MINUTE);
    expect(source.asked).toBe(1);
    access.ended();
    expect(clock.pending).toBe(0);
  });

  test('with pauses while the function throws, and not once it is too late', async () => {
    const source = tokens();
    const errors: unknown[] = [];
    world.server.lifetime = 10 * MINUTE;
    const alice = world.join({ token: source.next });
    alice.on('error', (error) => errors.push(error));
    await world.moment();
    source.failing = true;
    await world.clock.advance(9 * MINUTE + 30_000);
    const tried = source.asked - 1;
    expect(tried).toBeGreaterThan(2);
    expect(tried).toBeLessThan(10);
    expect(errors).toHaveLength(tried);
    source.failing = false;
    await world.clock.advance(20_000);
    expect(world.server.tokens).toHaveLength(1);

    source.failing = true;
    await world.clock.advance(11 * MINUTE);
    const inTime = source.asked;
    await world.clock.advance(60 * MINUTE);
    expect(source.asked).toBe(inTime);
  });

  test('when the host says so; the answer to an older question is not sent', async () => {
    const answers: ((token: string) => void)[] = [];
    const alice = world.join({ token: () => new Promise((resolve) => answers.push(resolve)) });
    await world.moment();
    answers[0]?.('first');
    await world.moment();
    expect(alice.synced).toBe(true);
    alice.refreshToken();
    alice.refreshToken();
    answers[2]?.('third');
    answers[1]?.('second');
    await world.moment();
    expect(world.server.tokens).toEqual(['third']);
  });

  test('not when the connection that it was asked for is gone, or there is none', async () => {
    const source = tokens();
    world.server.lifetime = 10 * MINUTE;
    const alice = world.join({ token: source.next });
    alice.refreshToken();
    await world.moment();
    alice.refreshToken();
    alice.disconnect();
    alice.refreshToken();
    await world.clock.advance(60 * MINUTE);
    expect(world.server.tokens).toEqual([]);
    expect(source.asked).toBe(2);
  });

  test('never when there is one token only', async () => {
    world.server.lifetime = 10_000;
    const alice = world.join({ token: 'abc' });
    await world.moment();
    alice.refreshToken();
    await world.clock.advance(MINUTE);
    expect(world.server.tokens).toEqual([]);
  });
});

describe('role and person', () => {
  test('are told at the welcome and whenever they change', async () => {
    world.server.person = ALICE;
    const alice = world.join();
    const roles: string[] = [];
    alice.on('role', (role) => roles.push(role));
    expect([alice.role, alice.person]).toEqual([null, null]);
    await world.moment();
    expect([alice.role, alice.person]).toEqual(['editor', ALICE]);
    world.server.tellAccess();
    world.server.role = 'owner';
    world.server.person = null;
    world.server.tellAccess();
    await world.moment();
    expect([alice.role, alice.person]).toEqual(['owner', null]);
    expect(roles).toEqual(['editor', 'owner']);
  });

  test('[SEC-18] a document that is frozen or thawed is told too, also to somebody whose role stays', async () => {
    world.server.role = 'viewer';
    const alice = world.join();
    await world.moment();
    const told: boolean[] = [];
    alice.on('role', () => told.push(alice.frozen));
    world.server.notify({ type: 'access', role: 'viewer', frozen: true });
    await world.moment();
    world.server.tellAccess();
    await world.moment();
    expect(told).toEqual([true, false]);
  });

  test('anyone who may write from now on sends what was written before', async () => {
    world.server.role = 'viewer';
    const alice = world.join();
    await world.moment();
    write(alice, 'a draft');
    await world.moment();
    expect([world.server.text, alice.unsavedChanges]).toEqual(['', 1]);
    world.server.role = 'editor';
    world.server.tellAccess();
    await world.moment();
    write(alice, '!');
    await world.moment();
    expect([world.server.text, alice.saved]).toEqual(['a draft!', true]);
  });

  test('anyone who may no longer write sends nothing of what waits', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'a');
    await world.clock.advance(0);
    // Within the same window, so that it waits while the notice comes.
    write(alice, 'b');
    world.server.role = 'viewer';
    world.server.tellAccess();
    await world.moment();
    write(alice, 'c');
    await world.moment();
    expect([world.server.text, textOf(alice), alice.unsavedChanges]).toEqual(['a', 'abc', 2]);
    expect(alice.status).toBe('connected');
  });

  test('anyone who was thrown out for an edit that came too late comes back as a reader', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'late');
    world.server.role = 'viewer';
    world.server.closeAll(4403, 'You may read this document, not change it.');
    await world.clock.advance(1_000);
    expect([alice.synced, alice.role, alice.closed]).toEqual([true, 'viewer', null]);
    expect(textOf(alice)).toBe('late');
  });

  test('others see again anyone who got another role, and are told nothing when only the time is extended', async () => {
    const alice = world.join();
    await world.moment();
    alice.awareness.setLocalState({ user: { name: 'Alice' } });
    await world.moment();
    world.network.frames.length = 0;
    world.server.lifetime = 60 * MINUTE;
    world.server.tellAccess();
    await world.moment();
    expect(world.network.frames).toHaveLength(0);
    world.server.role = 'owner';
    world.server.tellAccess();
    await world.moment();
    expect(world.network.frames).toHaveLength(1);
  });
});
