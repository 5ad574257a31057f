import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { readStoredIn, storeDocuments } from '../testing/stored-documents.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const backup = (folder: string, data: string) => runCommand(['backup', folder, '--data', data]);
const restore = (from: string, data: string) => runCommand(['restore', from, '--data', data]);
const check = (data: string) => runCommand(['check', '--data', data]);

it('[DUR-12] backs up under people who type: the restored texts are what was there at one moment, in all documents', async () => {
  const [data, backups, target] = [await freshFolder(), await freshFolder(), await freshFolder()];
  const server = await ServerProcess.start(data);
  const [first, second] = [await WireClient.join(server.url, 'first'), await WireClient.join(server.url, 'second')];
  let typing = true;
  const typed = (async () => {
    // What is in the second document was in the first, on disk, before.
    for (let i = 0; typing; i++) {
      for (const client of [first, second]) {
        client.insert(client.text.length, `${i};`);
        await client.untilStored();
      }
    }
  })();
  await second.until(() => second.text.length > 500, 'some text');
  const told = [first.text, second.text];
  const result = await backup(backups, data);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await check(data)).toMatchObject({ exitCode: 0, stdout: '2 documents read, nothing is wrong.\n' });
  typing = false;
  await typed;
  expect((await restore(backups, target)).exitCode).toBe(0);
  const texts = [await readStoredIn(target, 'first'), await readStoredIn(target, 'second')].map(({ text }) => text);
  for (const [index, client] of [first, second].entries()) {
    const text = texts[index] ?? '';
    expect(client.text.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThanOrEqual((told[index] ?? '').length);
  }
  expect(texts[0]?.startsWith(texts[1] ?? 'x')).toBe(true);
  expect((await stat(join(data, 'admin.json'))).mode & 0o777).toBe(0o600);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(await readdir(data)).toEqual(['last-write', 'leveldb']);
});

it('[SYN-5] refuses with 4409 anyone who was there before a restore; the text comes back once, not twice', async () => {
  const [data, backups, target] = [await freshFolder(), await freshFolder(), await freshFolder()];
  const before = await ServerProcess.start(data);
  const doc = new Y.Doc();
  const alice = new CoscribeProvider(`${before.url}/sync`, 'notes', doc, {
    offline: false,
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  await alice.whenSynced;
  doc.getText('content').insert(0, 'kept');
  await untilSaved(alice);
  await backup(backups, data);
  doc.getText('content').insert(4, ' and taken back');
  await untilSaved(alice);
  await before.end('SIGKILL');
  await restore(backups, target);
  const after = await ServerProcess.start(target, ['--port', before.port]);
  await new Promise<void>((resolve) => {
    const look = () => alice.closed !== null && resolve();
    alice.on('status', look);
    look();
  });
  expect(alice.closed).toMatchObject({ code: 4409 });
  expect(doc.getText('content').toString()).toBe('kept and taken back');
  const bob = await WireClient.join(after.url, 'notes');
  expect(bob.text).toBe('kept');
  bob.insert(4, '!');
  await bob.untilStored();
  expect(await (await fetch(`${after.url}/api/documents/notes/text`)).text()).toBe('kept!');
  alice.destroy();
  await after.end('SIGTERM');
});

it('[DUR-12] reads the folder itself after a server was killed, no matter who has its port by now', async () => {
  const [data, backups] = [await freshFolder(), await freshFolder()];
  await storeDocuments(data, { notes: 'some text' });
  const server = await ServerProcess.start(data);
  await server.end('SIGKILL');
  expect((await check(data)).stdout).toBe('1 document read, nothing is wrong.\n');
  const { token } = JSON.parse(await readFile(join(data, 'admin.json'), 'utf8'));
  const stranger = createServer((_request, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  const address = stranger.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await writeFile(join(data, 'admin.json'), JSON.stringify({ port, token }));
  expect((await backup(backups, data)).exitCode).toBe(0);
  stranger.close();
});

it('[SEC-1] gives a backup to nobody without the secret of the data folder', async () => {
  const data = await freshFolder();
  const server = await ServerProcess.start(data);
  const { port, token } = JSON.parse(await readFile(join(data, 'admin.json'), 'utf8'));
  const ask = (path: string, authorization?: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, authorization === undefined ? {} : { headers: { authorization } });
  const answers = [
    await ask('/backup'),
    await ask('/backup', 'Bearer '),
    await ask('/backup', `Bearer ${token}x`),
    await ask('/other', `Bearer ${token}`),
    await ask('/backup', `Bearer ${token}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 404, 200]);
  expect((await answers[4]?.text())?.startsWith('coscribe-backup 1\n')).toBe(true);
  await server.end('SIGTERM');
});

it.each([
  [['backup'], /^coscribe: Say where to: coscribe backup DIR\./],
  [['restore'], /^coscribe: Say from what: coscribe restore BACKUP --data FOLDER\./],
  [['backup', 'a', 'b'], /^coscribe: Unexpected argument "b"\./],
  [['check', '--salvage'], /^coscribe: --salvage belongs to coscribe backup\./],
  [['backup', '/tmp', '--data', '/nowhere'], /^coscribe: There are no documents in \/nowhere\./],
  [['restore', '/nowhere.backup', '--data', '/nowhere'], /^coscribe: There is nothing at \/nowhere\.backup\./],
])('[SEC-12] %j is refused in one line', async (args, message) => {
  const { exitCode, stderr, stdout } = await runCommand(args);
  expect([exitCode, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

function untilSaved(provider: CoscribeProvider): Promise<void> {
  if (provider.saved) return Promise.resolve();
  return new Promise((resolve) => provider.on('saved', (saved) => saved && resolve()));
}
