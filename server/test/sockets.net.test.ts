import { mkdtemp } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../testing/server-process.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { WireClient } from '../testing/wire-client.ts';

// Attacks with sockets that do nothing.

/** Opens this many sockets from an address of this machine, and sends `first` on each. They are closed when the test is over. */
async function open(url: string, count: number, { from = '127.0.0.1', first = '' } = {}): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: count }, () =>
    connect({ port: Number(port), host: hostname, localAddress: from }),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  const settled = sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.on('error', () => resolve());
        socket.once('close', () => resolve());
        socket.once('connect', () => {
          if (first !== '') socket.write(first);
          else resolve();
        });
        // What comes has to be read, or the end would not be seen.
        socket.on('data', () => resolve());
      }),
  );
  await Promise.all(settled);
  return sockets;
}

const openOnes = (sockets: readonly Socket[]) => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded);

const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** With ten connections for each address, and 64 sockets beside them. */
const settings = { maxConnectionsPerAddress: 10 } as const;

it.each([
  ['are silent', ''],
  ['wait for another request', REQUEST],
])(
  '[SEC-10] sockets of one address that %s are bounded, and make room for those that are used',
  async (_what, first) => {
    const { url } = await startForTest({ settings });
    const alice = await WireClient.join(url, 'notes');
    const idle: Socket[] = [];
    for (let round = 0; round < 5; round++) idle.push(...(await open(url, 60, { first })));
    await expect.poll(() => openOnes(idle).length).toBeLessThan(74);
    // Of those that are left the newest are there.
    expect(openOnes(idle.slice(0, 60)).length).toBe(0);
    const bob = await WireClient.join(url, 'notes');
    bob.insert(0, 'still here');
    await bob.untilStored();
    await alice.until(() => alice.text === 'still here', 'the text');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  },
);

it('[SEC-10] sockets whose request is not answered are not dropped for others, which are refused', async () => {
  let asked = 0;
  const authorize = () => {
    asked += 1;
    return new Promise<never>(() => undefined);
  };
  const { url } = await startForTest({ settings, authenticator: { authorize } });
  const { hostname, port } = new URL(url);
  const busy = Array.from({ length: 74 }, () => connect(Number(port), hostname));
  onTestFinished(() => {
    for (const socket of busy) socket.destroy();
  });
  for (const socket of busy) {
    socket.on('error', () => undefined);
    socket.write('GET /api/documents/notes HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  }
  await expect.poll(() => asked).toBe(74);
  const more = await open(url, 5, { first: REQUEST });
  await expect.poll(() => openOnes(more).length).toBe(0);
  expect(openOnes(busy).length).toBe(74);
});

it('[SEC-10, DUR-9] no crowd of sockets takes the descriptors that the database needs', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coscribe-test-'));
  const server = await ServerProcess.start(folder, ['--port', '0'], { descriptors: 400 });
  onTestFinished(async () => void (await server.end('SIGKILL')));
  const { url } = server;
  const alice = await WireClient.join(url, 'notes');
  for (let i = 2; i < 10; i++) await open(url, 100, { from: `127.0.0.${i}` });
  // So much that the database begins new files.
  for (let i = 0; i < 8; i++) {
    alice.insert(0, `${i}`.repeat(1_500_000));
    await alice.untilStored();
  }
  const bob = await WireClient.join(url, 'notes');
  expect(bob.text.length).toBe(12_000_000);
  expect(server.output.stdout).toContain('may have 400 files and sockets open');
  expect(server.output.stdout + server.output.stderr).not.toContain('EMFILE');
});
