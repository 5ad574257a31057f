import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { retryAfterReason } from '../../protocol/close-codes.ts';
import { World } from './testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.end();
  vi.unstubAllGlobals();
});

/** A window and a page, of which the provider uses the events. */
function stubPage(): { window: EventTarget; document: EventTarget & { visibilityState: string } } {
  const page = {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
  };
  vi.stubGlobal('window', page.window);
  vi.stubGlobal('document', page.document);
  return page;
}

describe('[CON-1] reconnecting', () => {
  test('waits longer after each failure, says until when, and starts over only after a sync', async () => {
    world.chance = () => 0.999;
    world.network.reachable = false;
    const alice = world.join();
    const waits: number[] = [];
    alice.on('retry', (retryAt) => {
      expect(alice.retryAt).toBe(retryAt);
      waits.push(Math.round((retryAt - world.clock.now()) / 100) / 10);
    });
    await world.clock.advance(100_000);
    expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
    // Let in, but closed before the sync: still the longest wait.
    world.network.reachable = true;
    world.network.serve = (peer) => {
      peer.accept();
      peer.close(1011);
    };
    waits.length = 0;
    await world.clock.advance(60_000);
    expect(waits.slice(0, 2)).toEqual([30, 30]);
    world.network.serve = world.server.accept;
    await world.clock.advance(60_000);
    expect(alice.synced).toBe(true);
    expect(alice.retryAt).toBeNull();
    waits.length = 0;
    world.network.reset();
    expect(waits).toEqual([0.5]);
  });

  test('waits at least as long as the server said, also when the page wakes', async () => {
    const page = stubPage();
    const alice = world.join();
    await world.moment();
    world.server.closeAll(1013, retryAfterReason(20, 'full'));
    await world.moment();
    page.window.dispatchEvent(new Event('online'));
    await world.clock.advance(19_800);
    expect(world.network.attempts).toBe(1);
    await world.clock.advance(1_000);
    expect(alice.synced).toBe(true);
  });

  test('tries at once when the network or the tab comes back, and when somebody asks', async () => {
    const page = stubPage();
    world.chance = () => 0.999;
    world.network.reachable = false;
    const alice = world.join();
    await world.clock.advance(40_000);
    let { attempts } = world.network;
    const expectAttempt = async (): Promise<void> => {
      await world.clock.advance(50);
      expect(world.network.attempts).toBe(attempts + 1);
      attempts += 1;
    };
    page.window.dispatchEvent(new Event('online'));
    await expectAttempt();
    page.document.dispatchEvent(new Event('visibilitychange'));
    await expectAttempt();
    alice.retryNow();
    await expectAttempt();
    alice.connect();
    await expectAttempt();
    page.document.visibilityState = 'hidden';
    page.document.dispatchEvent(new Event('visibilitychange'));
    await world.clock.advance(50);
    expect(world.network.attempts).toBe(attempts);
  });

  test('a permanent refusal stops it and says why, until somebody connects again', async () => {
    const alice = world.join();
    await world.moment();
    const told: string[] = [];
    alice.on('closed', (refusal) => told.push(refusal.name));
    world.network.serve = (peer) => {
      peer.accept();
      peer.close(4403, 'Not your document.');
    };
    world.server.closeAll(4403, 'No more.');
    await world.clock.advance(600_000);
    expect(told).toEqual(['forbidden']);
    expect(alice.closed).toMatchObject({ code: 4403, name: 'forbidden', reason: 'Not your document.' });
    expect(alice.closed?.meaning).toMatch(/./);
    expect(alice.status).toBe('disconnected');
    // The second to see what is left: less than before may be enough to read.
    expect(world.network.attempts).toBe(2);
    world.network.serve = world.server.accept;
    alice.connect();
    expect(alice.closed).toBeNull();
    await world.moment();
    expect(alice.synced).toBe(true);
  });

  test('a token function is asked at every attempt, and once more after a refusal', async () => {
    let asked = 0;
    const alice = world.join({
      token: () => {
        asked += 1;
        return `token${asked}`;
      },
    });
    await world.moment();
    expect(asked).toBe(1);
    world.server.closeAll(4401, 'expired');
    await world.clock.advance(1_000);
    expect(asked).toBe(2);
    expect(alice.synced).toBe(true);
    world.network.serve = (peer) => {
      peer.accept();
      peer.close(4401, 'wrong');
    };
    world.network.reset();
    await world.clock.advance(120_000);
    expect(asked).toBe(4);
    expect(alice.closed?.name).toBe('unauthenticated');
  });

  test('a fixed token that is refused is not offered twice', async () => {
    world.network.serve = (peer) => {
      peer.accept();
      peer.close(4401, 'wrong');
    };
    const alice = world.join({ token: 'abc' });
    await world.clock.advance(120_000);
    expect(alice.closed?.name).toBe('unauthenticated');
    expect(world.network.attempts).toBe(1);
  });

  test('a guest, who has no token, is told at once', async () => {
    world.network.serve = (peer) => {
      peer.accept();
      peer.close(4401, 'wrong');
    };
    const alice = world.join({ token: () => '' });
    await world.moment();
    expect(alice.closed?.name).toBe('unauthenticated');
  });

  test('a token function that fails is asked again later', async () => {
    let fails = true;
    const errors: unknown[] = [];
    const alice = world.join({
      token: async () => {
        if (fails) throw new Error('the host is not ready');
        return 'abc';
      },
    });
    alice.on('error', (error) => errors.push(error));
    await world.clock.advance(10_000);
    expect(alice.status).toBe('disconnected');
    expect(errors.length).toBeGreaterThan(1);
    fails = false;
    await world.clock.advance(30_000);
    expect(alice.synced).toBe(true);
  });

  test('an attempt that hangs is given up after 10 s', async () => {
    world.network.serve = () => undefined;
    const alice = world.join();
    await world.clock.advance(9_900);
    expect(alice.status).toBe('connecting');
    world.network.serve = world.server.accept;
    await world.clock.advance(1_000);
    expect(alice.synced).toBe(true);
  });

  test('a server that does not speak the protocol is not spoken to', async () => {
    world.network.serve = (peer) => peer.accept('');
    const alice = world.join();
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    await world.moment();
    expect(String(errors[0])).toContain('coscribe.1');
    expect(world.network.frames).toEqual([]);
  });

  test('a connection that goes silent is replaced after 45 s, a quiet one is kept', async () => {
    const alice = world.join();
    await world.clock.advance(600_000);
    expect(world.network.attempts).toBe(1);
    world.network.silence();
    await world.clock.advance(30_000);
    expect(alice.status).toBe('connected');
    await world.clock.advance(20_000);
    expect(world.network.attempts).toBe(2);
    expect(alice.synced).toBe(true);
  });
});
