import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCloseReason } from '../../protocol/close-codes.ts';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { readStoredIn } from '../testing/stored-documents.ts';
import { freshFolder, startTestServer, type TestServerOptions } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const NO_SPACE = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

const servers: CoscribeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A server whose store fails or stalls on demand. */
async function start({ settings = {} }: TestServerOptions = {}) {
  const folder = await freshFolder();
  const store = new FailingStore(await LevelStore.open(folder));
  const server = await startTestServer({ store, settings });
  servers.push(server);
  return { folder, store, server, url: server.url };
}

const noticesOf = (client: WireClient) =>
  client.received.flatMap((message) =>
    message.type === 'notice' && message.notice.type === 'storage' ? [message.notice.state] : [],
  );

const health = async (url: string) => (await fetch(`${url}/healthz`)).status;

const textOf = async (url: string, name = 'notes') => (await fetch(`${url}/api/documents/${name}/text`)).text();

it('[DUR-2] stores what was written while the disk failed, after all have left', async () => {
  const { folder, server, store, url } = await start({ settings: { unloadAfter: 0 } });
  const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'other')]);
  await Promise.all([alice.untilStored(), bob.untilStored()]);
  store.failWrites(NO_SPACE);
  alice.insert(0, 'precious');
  bob.insert(0, 'as well');
  await alice.until(() => noticesOf(alice).includes('failing'), 'the notice');
  await Promise.all([alice.leave(), bob.leave()]);
  expect(await health(url)).toBe(503);
  store.failWrites(null);
  await server.stop();
  expect(await readStoredIn(folder, 'notes')).toMatchObject({ text: 'precious' });
  expect(await readStoredIn(folder, 'other')).toMatchObject({ text: 'as well' });
});

describe('[DUR-10, DUR-9] while the disk refuses writes', () => {
  it('people are told and go on reading each other, nothing is acknowledged, health is red; then all goes on', async () => {
    const { store, url } = await start();
    const [alice, bob] = await Promise.all([WireClient.join(url, 'notes'), WireClient.join(url, 'notes')]);
    await Promise.all([alice.untilStored(), bob.untilStored()]);
    const { stored } = alice.progress;
    store.failWrites(NO_SPACE);
    alice.insert(0, 'unsaved');
    await bob.until(() => bob.text === 'unsaved' && noticesOf(bob).includes('failing'), 'text and notice');
    const carol = await WireClient.join(url, 'notes');
    expect(carol.text).toBe('unsaved');
    expect([alice.progress.stored, await health(url)]).toEqual([stored, 503]);
    store.failWrites(null);
    await alice.untilStored();
    await alice.until(() => noticesOf(alice).includes('working'), 'the notice that it works');
    expect([noticesOf(alice), await health(url)]).toEqual([['failing', 'working'], 200]);
  });

  it('anyone who brings more than may wait is asked to come later; readers stay, memory is bounded, it heals by itself', async () => {
    const { store, url } = await start({ settings: { maxUnstoredBytes: 100_000 } });
    const reader = await WireClient.join(url, 'notes');
    await reader.untilStored();
    store.failWrites(NO_SPACE);
    const chunk = 'x'.repeat(10_000);
    let [written, lastClose] = [0, { code: 0, reason: '' }];
    for (let round = 0; round < 5; round++) {
      const writer = await WireClient.join(url, `document-${round}`);
      for (let i = 0; i < 30 && writer.closed === null; i++) {
        writer.insert(0, chunk);
        await reader.until(() => true, 'a turn');
      }
      lastClose = await writer.untilClosed();
      written += writer.text.length;
    }
    expect(lastClose.code).toBe(1013);
    expect(parseCloseReason(lastClose.reason)).toMatchObject({
      retryAfterSeconds: 10,
      text: expect.stringMatching(/disk/),
    });
    const figures = await (await fetch(`${url}/metrics`)).text();
    const waiting = Number(/^coscribe_storage_waiting_bytes (\d+)$/m.exec(figures)?.[1]);
    // What one loop turn brought on top of the cap at most.
    expect(waiting).toBeGreaterThan(100_000);
    expect(waiting).toBeLessThan(written);
    expect(waiting).toBeLessThan(500_000);
    for (const [method, name] of [
      ['PUT', 'new'],
      ['PATCH', 'notes'],
    ]) {
      const answer = await fetch(`${url}/api/documents/${name}`, {
        method: method ?? '',
        body: '{"title":"x"}',
        headers: { 'content-type': 'application/json' },
      });
      expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'storage-failing' } }]);
    }
    // Reading goes on: who brings nothing is welcome.
    const late = await WireClient.join(url, 'notes');
    expect([reader.closed, late.closed]).toEqual([null, null]);
    store.failWrites(null);
    await late.untilStored();
    const again = await WireClient.join(url, 'document-4');
    again.insert(0, 'after');
    await again.untilStored();
    expect(await textOf(url, 'document-4')).toMatch(/^after/);
  });

  it('a real LevelDB whose files may not grow is opened again when they may; nothing acknowledged is lost', async () => {
    const folder = await freshFolder();
    const server = await ServerProcess.start(folder, ['--port', '0'], { fileLimit: 1024 * 1024 });
    const alice = await WireClient.join(server.url, 'notes');
    const bob = await WireClient.join(server.url, 'notes');
    await alice.untilStored();
    for (let i = 0; noticesOf(alice).length === 0; i++) {
      alice.insert(0, `${i} ${'y'.repeat(50_000)}\n`);
      const before = alice.received.length;
      await alice.until(() => alice.received.length > before, 'an acknowledgement or the notice');
    }
    const { sent, stored } = alice.progress;
    expect([noticesOf(alice), await health(server.url)]).toEqual([['failing'], 503]);
    expect(stored).toBeLessThan(sent);
    alice.insert(0, 'while it is full\n');
    await bob.until(() => bob.text === alice.text, 'the text');
    await server.liftFileLimit();
    await alice.untilStored();
    expect(await health(server.url)).toBe(200);
    await server.end('SIGKILL');
    expect((await readStoredIn(folder, 'notes')).text).toBe(alice.text);
  });
});

describe('[DUR-7] what changes while a write is under way is not called clean', () => {
  it('edits during a compaction that the disk holds up', async () => {
    const { folder, server, store, url } = await start({ settings: { unloadAfter: 0 } });
    const alice = await WireClient.join(url, 'notes');
    for (let i = 0; i < 600; i++) {
      alice.insert(i, 'x');
      if (i % 50 === 49) await alice.untilStored();
      else await alice.until(() => alice.socket.bufferedAmount === 0, 'sent');
    }
    const writes = store.writes;
    store.stall();
    // The next turn has 500 records behind it at the latest: its compaction waits at the gate with these edits.
    for (let i = 0; i < 20; i++) alice.insert(0, 'y');
    await alice.leave();
    expect(store.writes).toBe(writes);
    store.proceed();
    await server.stop();
    expect((await readStoredIn(folder, 'notes')).text).toBe('y'.repeat(20) + 'x'.repeat(600));
  });

  it('edits of somebody who comes while the document is being unloaded', async () => {
    const { folder, server, store, url } = await start({ settings: { unloadAfter: 0 } });
    const rounds = 12;
    for (let round = 0; round < rounds; round++) {
      const alice = await WireClient.join(url, 'notes');
      // Enough log records, one at a time, that leaving compacts them.
      for (let i = 0; i < 25; i++) {
        alice.insert(0, 'a');
        await alice.untilStored();
      }
      store.stall();
      await alice.leave();
      const bob = new WireClient(url, 'notes');
      await bob.until(() => bob.socket.readyState === 1, 'open');
      if (round % 2 === 0) await bob.until(() => bob.received.length > 1, 'the room that waits for its compaction');
      bob.insert(0, 'b');
      store.proceed();
      await bob.untilStored();
      await bob.leave();
    }
    await server.stop();
    const { text } = await readStoredIn(folder, 'notes');
    expect([text.replaceAll('b', '').length, text.replaceAll('a', '').length]).toEqual([25 * rounds, rounds]);
  });
});

it('[DUR-5] stores what a slow disk still holds before the process ends', async () => {
  const { folder, server, store, url } = await start();
  const alice = await WireClient.join(url, 'notes');
  await alice.untilStored();
  store.stall();
  for (let i = 0; i < 50; i++) alice.insert(i, 'z');
  const bob = await WireClient.join(url, 'notes');
  await bob.until(() => bob.text.length === 50, 'the edits');
  const stopped = server.stop();
  expect(await alice.untilClosed()).toMatchObject({ code: 1012 });
  store.proceed();
  await stopped;
  expect((await readStoredIn(folder, 'notes')).text).toBe('z'.repeat(50));
});

it('[DUR-16] acknowledges nothing while its data folder is gone, says so, and stores everything when it is back', async () => {
  const { folder, url } = await start();
  const alice = await WireClient.join(url, 'notes');
  alice.insert(0, 'kept ');
  await alice.untilStored();
  const { stored } = alice.progress;
  await rename(folder, `${folder}-away`);
  // Somebody puts an empty one there: nothing may go into that.
  await mkdir(folder);
  alice.insert(5, 'as well');
  await alice.until(() => noticesOf(alice).includes('failing'), 'the notice');
  expect([alice.progress.stored, await health(url)]).toEqual([stored, 503]);
  expect((await fetch(`${url}/api/documents/notes`)).status).toBe(503);
  expect((await fetch(`${url}/api/documents/other/text`)).status).toBe(503);
  expect(await readdir(folder)).toEqual([]);
  await rmdir(folder);
  await rename(`${folder}-away`, folder);
  await alice.untilStored();
  expect(await health(url)).toBe(200);
  expect(await textOf(url)).toBe('kept as well');
});

it('[DUR-16] health tells of a data folder that is gone before anybody writes', async () => {
  const { folder, url } = await start();
  expect(await health(url)).toBe(200);
  await rename(folder, `${folder}-away`);
  await expect.poll(() => health(url), { timeout: 30_000, interval: 200 }).toBe(503);
  await rename(`${folder}-away`, folder);
  await expect.poll(() => health(url), { timeout: 30_000, interval: 200 }).toBe(200);
});
