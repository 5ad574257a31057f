import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { storeDocuments } from '../testing/stored-documents.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const TEXTS = { alpha: 'one two three ', 'b/ü 😀': 'six\r\nseven', gamma: 'eight' };

/** A data folder with documents, with a server on it or without, and its commands. */
async function world(state: 'running' | 'stopped') {
  const data = await freshFolder();
  await storeDocuments(data, TEXTS);
  const server = state === 'running' ? await ServerProcess.start(data) : null;
  if (server !== null) onTestFinished(async () => void (await server.end('SIGTERM')));
  const command = (...words: string[]) => runCommand([...words, '--data', data]);
  return { data, server, command };
}

it.each(['running', 'stopped'] as const)(
  '[OPS-4] lists, shows, writes out and renames documents of a %s server',
  async (state) => {
    const { command } = await world(state);
    const listed = await command('list');
    expect([listed.exitCode, listed.stdout.split('\n').length]).toEqual([0, 5]);
    expect(listed.stdout).toMatch(/^NAME +MADE\nalpha +\d{4}-.*\nb\/ü 😀 +\d{4}/);
    expect(JSON.parse((await command('list', '--json')).stdout)).toMatchObject({
      documents: [{ name: 'alpha', title: '' }, { name: 'b/ü 😀' }, { name: 'gamma' }],
    });
    // To the byte: no line is added, and none is changed.
    expect((await command('cat', 'b/ü 😀')).stdout).toBe('six\r\nseven');
    expect(JSON.parse((await command('cat', 'gamma', '--json')).stdout)).toEqual({ name: 'gamma', text: 'eight' });
    expect(await command('rename', 'gamma', 'The third')).toMatchObject({
      exitCode: 0,
      stdout: 'The title of "gamma" is now "The third".\n',
    });
    expect((await command('show', 'gamma')).stdout).toMatch(/^NAME +gamma\nTitle +The third\n/);
    expect(JSON.parse((await command('show', 'gamma', '--json')).stdout)).toMatchObject({
      name: 'gamma',
      title: 'The third',
      characters: 5,
      owners: 0,
    });
  },
);

it.each(['running', 'stopped'] as const)(
  '[OPS-4] exports documents of a %s server, and writes over no file',
  async (state) => {
    const { command } = await world(state);
    const folder = join(await freshFolder(), 'made', 'when missing');
    const exported = await command('export', folder);
    expect(exported).toMatchObject({ exitCode: 0, stdout: `3 documents in ${folder}.\n` });
    expect((await readdir(folder)).sort()).toEqual(['alpha.md', 'b%2F%C3%BC%20%F0%9F%98%80.md', 'gamma.md']);
    expect(await readFile(join(folder, 'alpha.md'), 'utf8')).toBe(TEXTS.alpha);
    await writeFile(join(folder, 'alpha.md'), 'mine');
    const again = await command('export', folder);
    expect(again).toMatchObject({ exitCode: 1, stdout: `0 documents in ${folder}.\n` });
    expect(again.stderr).toContain(`alpha: ${join(folder, 'alpha.md')} is there already.`);
    expect(await readFile(join(folder, 'alpha.md'), 'utf8')).toBe('mine');
    const one = await command('export', folder, 'alpha', '--format', 'yjs', '--json');
    expect(JSON.parse(one.stdout)).toEqual({ files: [{ name: 'alpha', file: join(folder, 'alpha.yjs') }] });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, await readFile(join(folder, 'alpha.yjs')));
    expect(doc.getText('content').toString()).toBe(TEXTS.alpha);
  },
);

it.each(['running', 'stopped'] as const)(
  '[OPS-3, OPS-4] deletes a document of a %s server and brings it back',
  async (state) => {
    const { command } = await world(state);
    const deleted = await command('delete', 'alpha');
    expect(deleted).toMatchObject({ exitCode: 0 });
    const [, id = ''] = /^"alpha" is deleted\. .*restore-deleted (\S+)\n$/.exec(deleted.stdout) ?? [];
    expect((await command('list')).stdout).not.toContain('alpha');
    expect(await command('cat', 'alpha')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'coscribe: There is no document "alpha".\n',
    });
    expect((await command('list', '--deleted')).stdout).toMatch(
      new RegExp(`^ID +NAME +DELETED +BYTES\n${id} +alpha +`),
    );
    expect((await command('restore-deleted', 'alpha', '--as', 'gamma')).stderr).toBe(
      'coscribe: There is a document "gamma" now. Give the deleted one another name.\n',
    );
    expect((await command('restore-deleted', id)).stdout).toBe('"alpha" is there again.\n');
    expect((await command('cat', 'alpha')).stdout).toBe(TEXTS.alpha);
    expect((await command('restore-deleted', id)).stderr).toMatch(
      /^coscribe: No document ".*" was deleted in the last 30 days\.\n$/,
    );
    expect((await command('check')).stdout).toBe('3 documents read, nothing is wrong.\n');
  },
);

it('[OPS-4] a backup holds what was deleted, and a restored folder can bring it back', async () => {
  const { command } = await world('stopped');
  await command('delete', 'alpha');
  const [backups, restored] = [await freshFolder(), join(await freshFolder(), 'new')];
  expect(await command('backup', backups)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^2 documents in /),
  });
  expect((await command('check')).stdout).toBe('2 documents read, nothing is wrong.\n');
  expect((await runCommand(['restore', backups, '--data', restored])).exitCode).toBe(0);
  expect((await runCommand(['restore-deleted', 'alpha', '--data', restored])).stdout).toBe('"alpha" is there again.\n');
  expect((await runCommand(['cat', 'alpha', '--data', restored])).stdout).toBe(TEXTS.alpha);
});

it('[OPS-4] does it under those who write, and gives a link to the dashboard', async () => {
  const { command, server } = await world('running');
  const url = server?.url ?? '';
  const client = await WireClient.join(url, 'alpha');
  client.insert(0, 'zero ');
  await client.untilStored();
  expect((await command('cat', 'alpha')).stdout).toBe(`zero ${TEXTS.alpha}`);
  expect(JSON.parse((await command('show', 'alpha', '--json')).stdout)).toMatchObject({ people: 1 });
  expect((await command('delete', 'alpha', '--json')).exitCode).toBe(0);
  expect(await client.untilClosed()).toMatchObject({ code: CLOSE_CODES.epochChanged.code });
  const [link = '', says] = (await command('admin')).stdout.split('\n');
  expect([link.startsWith(`${url}/admin/`), says]).toEqual([true, 'It opens the dashboard once, within 10 minutes.']);
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(404);
});

it('[OPS-4] says in one line why something cannot be done', async () => {
  const { command, data } = await world('stopped');
  const empty = await freshFolder();
  const line = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await runCommand(words);
    expect([exitCode, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    return stderr;
  };
  expect(await line('list', '--data', empty)).toMatch(/^coscribe: There are no documents in /);
  expect(await readdir(empty)).toEqual([]);
  expect(await line('cat', '--data', data)).toMatch(/^coscribe: Say which document: coscribe cat DOCUMENT\./);
  expect(await line('cat', 'nothing', '--data', data)).toBe('coscribe: There is no document "nothing".\n');
  expect(await line('delete', 'a//b', '--data', data)).toMatch(/^coscribe: .*name/i);
  expect(await line('rename', 'alpha', 'x'.repeat(300), '--data', data)).toMatch(/^coscribe: A title may have /);
  expect(await line('export', join(data, 'settings.json', 'x'), '--format', 'pdf', '--data', data)).toMatch(
    /must be text or yjs/,
  );
  expect(await line('admin', '--data', data)).toMatch(/^coscribe: No server runs on /);
  expect(await line('list', '--server', 'http://127.0.0.1:9')).toMatch(/API key only/);
  // Somebody else has the folder, and takes no commands.
  const server = await ServerProcess.start(data);
  onTestFinished(async () => void (await server.end('SIGTERM')));
  await writeFile(join(data, 'admin.json'), '{"port":9,"token":"x"}');
  expect(await line('list', '--data', data)).toMatch(/^coscribe: .*(in use|uses|another process)/);
  expect((await command('list')).exitCode).toBe(1);
});
