import { expect, it } from 'vitest';
import { decodeMessage } from '../../protocol/messages.ts';
import { silentLogger } from '../log/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { EDITOR, openAdmission } from '../testing/grants.ts';
import { UNBOUNDED_RATES } from '../testing/unbounded-rates.ts';
import { Connection } from './connection.ts';
import { HEARTBEAT, Heartbeat } from './heartbeat.ts';
import type { Socket } from './socket.ts';

/** A client at the end of a cable, which answers pings or has fallen silent. */
class Client implements Socket {
  readonly transport = 'websocket';
  bytesRead = 100;
  readonly bufferedBytes = 0;
  heldBytes = 0;
  readonly sent: Uint8Array[] = [];
  pings = 0;
  terminated = false;
  answers = true;
  gone = false;

  send(messages: readonly Uint8Array[]): void {
    this.sent.push(...messages);
  }

  memoryOf(incompleteBytes: number): number {
    return incompleteBytes;
  }

  ping(): void {
    this.pings += 1;
    if (this.answers) this.bytesRead += 6;
  }

  terminate(): void {
    this.terminated = true;
  }

  pause(): void {
    // A paused client is still alive.
  }

  resume(): void {
    // As above.
  }

  close(): void {
    this.gone = true;
  }
}

function world(backlogBytes = Number.POSITIVE_INFINITY) {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock, HEARTBEAT, backlogBytes);
  const closed: Connection[] = [];
  const connect = (address = '127.0.0.1') => {
    const client = new Client();
    const connection = new Connection(
      client,
      {
        id: 1,
        documentName: 'notes',
        address,
        grant: EDITOR,
        token: null,
        speaksCoscribe: true,
        wantsClientId: false,
        decompresses: false,
      },
      {
        limits: {
          messageBytes: 1000,
          congestedBytes: 1000,
          earlyBytes: 1000,
          rates: UNBOUNDED_RATES,
          viewersAreSeen: true,
        },
        clock,
        logger: silentLogger,
        admission: openAdmission(clock),
        quotas: { creation: () => 0, traffic: () => [], work: () => [], clientIds: () => [], storage: () => [] },
        storage: { isFull: false, hasRoomForNew: true },
        onClosed: (connection) => {
          closed.push(connection);
          heartbeat.remove(connection);
        },
      },
    );
    heartbeat.add(connection);
    return { client, connection };
  };
  return { clock, heartbeat, connect, closed };
}

it('[CON-3, PRE-1] drops a client that answers nothing within 35 s, and only that one', async () => {
  const { clock, connect, closed } = world();
  const [silent, alive] = [connect(), connect()];
  silent.client.answers = false;
  await clock.advance(35_000);
  expect([silent.client.terminated, alive.client.terminated]).toEqual([true, false]);
  expect(closed).toEqual([silent.connection]);
  await clock.advance(600_000);
  expect(alive.client.terminated).toBe(false);
});

it('[PRE-3] keeps a client that says nothing of itself but answers pings', async () => {
  const { clock, connect } = world();
  const { client } = connect();
  await clock.advance(3_600_000);
  expect(client.terminated).toBe(false);
  expect(client.pings).toBeGreaterThan(200);
});

it('pings nobody who sends anyway', async () => {
  const { clock, connect } = world();
  const { client } = connect();
  for (let second = 0; second < 120; second++) {
    client.bytesRead += 10;
    await clock.advance(1_000);
  }
  expect(client.pings).toBe(0);
});

it('[SYN-6] sends every client an application message at least every 25 s, and none to one who hears others', async () => {
  const { clock, connect } = world();
  const [idle, busy] = [connect(), connect()];
  const gaps: number[] = [];
  let last = 0;
  let count = 0;
  for (let second = 1; second <= 300; second++) {
    busy.connection.deliver([new Uint8Array([3])]);
    await clock.advance(1_000);
    if (idle.client.sent.length > count) {
      gaps.push(second - last);
      [last, count] = [second, idle.client.sent.length];
    }
  }
  expect(gaps.length).toBeGreaterThanOrEqual(12);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(25);
  expect(busy.client.sent).toHaveLength(300);
  const [keepAlive] = idle.client.sent;
  expect(keepAlive && decodeMessage(keepAlive)).toEqual({ type: 'awareness', update: new Uint8Array([0]) });
});

it('[CON-5] leaves no timer behind when it stops', async () => {
  const { clock, heartbeat, connect } = world();
  connect();
  expect(clock.timers).toBe(1);
  heartbeat.stop();
  expect(clock.timers).toBe(0);
});

it('[SEC-10] drops those of the address for which the most waits, not the one connection with the most', async () => {
  const { clock, connect, closed } = world(1_000);
  const alice = connect('203.0.113.1');
  alice.client.heldBytes = 300;
  const crowd = Array.from({ length: 10 }, () => connect('203.0.113.2'));
  for (const { client } of crowd) client.heldBytes = 90;
  await clock.advance(HEARTBEAT.sweep);
  // Each has 100 bytes of a message beside; nine of the crowd make room, and that is enough.
  expect(closed.length).toBe(9);
  expect(closed).not.toContain(alice.connection);
});
