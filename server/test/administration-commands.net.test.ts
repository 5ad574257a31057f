import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { makeCertificate } from '../testing/make-certificate.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { protocols } from '../testing/shared-document.ts';
import { freshFolder } from '../testing/test-server.ts';
import { JWT_SECRET, makeToken } from '../testing/token-source.ts';
import { WireClient } from '../testing/wire-client.ts';

const KEY = 'k'.repeat(32);

/** A server that runs on a folder of its own, and its commands. */
async function running(args: readonly string[] = [], environment: Record<string, string> = {}) {
  const data = await freshFolder();
  const server = await ServerProcess.start(data, ['--port', '0', ...args], { environment });
  onTestFinished(async () => void (await server.end('SIGTERM')));
  return { data, server, command: (...words: string[]) => done(runCommand([...words, '--data', data])) };
}

/** What a command said, which went well. */
async function done(command: ReturnType<typeof runCommand>): Promise<{ said: string; warned: string }> {
  const { exitCode, stdout, stderr } = await command;
  expect(exitCode, stderr).toBe(0);
  return { said: stdout.trimEnd(), warned: stderr.trimEnd() };
}

/** Asks a server at an address, as from another machine: its data folder is not here. */
const from = (url: string, key: string | null, ...words: string[]) =>
  runCommand([...words, '--server', url, '--data', '/nowhere'], key === null ? {} : { COSCRIBE_API_KEY: key });

it('[SEC-18] bans somebody by a command on the machine of the server, without a key, lists and lifts it', async () => {
  const { server, command } = await running(['--jwt-secret', JWT_SECRET]);
  const mallory = { protocols: protocols(await makeToken({ sub: 'mallory' })) };
  const client = await WireClient.join(server.url, 'minutes', mallory);
  expect((await command('bans')).said).toBe('Nobody is banned.');
  const made = await command('ban', '--person', 'mallory', '--reason', 'Spam', '--expires-in', '7d');
  expect(made.said).toMatch(/^The person mallory is banned until \d{4}-.*To lift it: coscribe unban \S+$/);
  expect(await client.untilClosed()).toMatchObject({ code: CLOSE_CODES.forbidden.code });
  await command('ban', '--address', '2001:db8:1:2::9');
  const [heading, ...rows] = (await command('bans')).said.split('\n');
  expect(heading).toMatch(/^BAN +KIND +WHO +SINCE +UNTIL +REASON$/);
  expect(rows).toEqual([
    expect.stringMatching(/ person +mallory +\S+ +\S+ +Spam$/),
    expect.stringMatching(/ address +2001:db8:1:2::\/64 +\S+$/),
  ]);
  const { bans } = JSON.parse((await command('bans', '--json')).said);
  expect(bans).toMatchObject([{ person: 'mallory' }, { address: '2001:db8:1:2::/64', expiresAt: null }]);
  expect((await command('unban', bans[0].id)).said).toBe('The person mallory is no longer banned.');
  // Written in another way, it is the same network.
  const lifted = await command('unban', '--address', '2001:0db8:1:2:0::1', '--json');
  expect(JSON.parse(lifted.said)).toMatchObject({ lifted: [{ id: bans[1].id }] });
  expect((await command('bans')).said).toBe('Nobody is banned.');
  await WireClient.join(server.url, 'minutes', mallory);
  const audited = server.output.stdout.split('\n').filter((line) => line.includes('"security":"banned"'));
  expect(audited).toHaveLength(2);
});

it('[SEC-18] revokes, freezes and unfreezes by a command, and tells what happened to the access', async () => {
  const { server, command } = await running(['--jwt-secret', JWT_SECRET]);
  const url = `${server.url}/api/documents/minutes%2F1`;
  expect((await fetch(url, { method: 'PUT', body: 'text', headers: { 'content-type': 'text/plain' } })).status).toBe(
    201,
  );
  const asAda = { protocols: protocols(await makeToken({ sub: 'ada' })) };
  const ada = await WireClient.join(server.url, 'minutes/1', asAda);
  expect((await command('frozen')).said).toBe('No document is frozen.');
  expect(await command('freeze', 'minutes/1', '--reason', 'Fight')).toEqual({
    said: 'minutes/1 is frozen: nobody writes in it. To end that: coscribe unfreeze minutes/1',
    warned: '',
  });
  const lastAccess = () =>
    ada.received
      .flatMap((message) => (message.type === 'notice' && message.notice.type === 'access' ? [message.notice] : []))
      .at(-1);
  await ada.until(() => lastAccess()?.frozen === true, 'the freeze');
  expect((await command('frozen')).said).toMatch(/^DOCUMENT +SINCE +REASON\nminutes\/1 +\S+ +Fight$/);
  // A slip of the fingers is told.
  expect((await command('freeze', 'minuts')).warned).toBe('There is no document minuts yet: its name is frozen.');
  expect((await command('unfreeze', 'minutes/1')).said).toBe('People can write in minutes/1 again.');
  await ada.until(() => lastAccess()?.role === 'editor', 'the end of it');
  expect((await command('revoke', '--person', 'ada')).said).toMatch(
    /^All sessions and tokens that the person ada was given/,
  );
  expect(await ada.untilClosed()).toMatchObject({ code: CLOSE_CODES.unauthenticated.code });
  const { said } = await command('events', 'minutes/1');
  expect(said.split('\n')[0]).toMatch(/^LAST +EVENT +PERSON +ROLE +THROUGH +FROM/);
  expect(said).toMatch(/ let-in +ada +editor +/);
  expect(said).toMatch(/ unfrozen .*api key/);
  const { events } = JSON.parse((await command('events', 'minutes/1', '--json')).said);
  expect(events.map(({ event }: { event: string }) => event)).toEqual(
    expect.arrayContaining(['frozen', 'unfrozen', 'let-in']),
  );
});

it('[SEC-18] asks a server at an address by its API key, below a path and over TLS too', async () => {
  const certificate = await makeCertificate();
  const { server, data } = await running(
    [
      '--public-url',
      'https://write.example.org/api',
      '--tls-cert',
      certificate.certFile,
      '--tls-key',
      certificate.keyFile,
    ],
    { COSCRIBE_API_KEY: KEY },
  );
  const remote = (...words: string[]) =>
    runCommand([...words, '--data', '/nowhere'], {
      COSCRIBE_API_KEY: KEY,
      COSCRIBE_SERVER: `${server.url}/api/`,
      NODE_EXTRA_CA_CERTS: certificate.certFile,
    });
  expect((await done(remote('ban', '--person', 'mallory'))).said).toMatch(/^The person mallory is banned/);
  expect((await done(runCommand(['bans', '--data', data]))).said).toContain('mallory');
  expect(await remote('unban', 'other')).toMatchObject({ exitCode: 1, stdout: '' });
});

it('[SEC-1] takes commands from nobody without the secret of the data folder, and the secret nowhere else', async () => {
  const { server, data } = await running();
  const { port, token } = JSON.parse(await readFile(join(data, 'admin.json'), 'utf8'));
  const status = async (address: string, authorization?: string) =>
    (await fetch(`${address}/api/admin/bans`, authorization === undefined ? {} : { headers: { authorization } }))
      .status;
  const local = `http://127.0.0.1:${port}`;
  expect([
    await status(local),
    await status(local, `Bearer ${token}x`),
    await status(local, `Bearer ${token}`),
  ]).toEqual([401, 401, 200]);
  expect(await status(server.url, `Bearer ${token}`)).toBe(403);
});

it('[SEC-12] a server that is not there, is another one, or does not take the key is told in one line', async () => {
  const { server, data } = await running([], { COSCRIBE_API_KEY: KEY });
  const other = createServer((_request, response) => response.writeHead(502).end('<html>')).listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const refused = async (command: ReturnType<typeof runCommand>) => {
    const { exitCode, stdout, stderr } = await command;
    expect([exitCode, stdout, stderr.trim().split('\n').length]).toEqual([1, '', 1]);
    return stderr;
  };
  expect(await refused(from(server.url, null, 'bans'))).toMatch(
    /takes commands with its API key only\. Give it as COSCRIBE_API_KEY/,
  );
  expect(await refused(from(server.url, 'x'.repeat(32), 'bans'))).toMatch(/does not take this API key/);
  expect(await refused(from(server.url, 'x'.repeat(32), 'events', 'minutes'))).toMatch(/does not take this API key/);
  expect(await refused(from('http://127.0.0.1:9', KEY, 'bans'))).toMatch(/cannot be asked \(ECONNREFUSED\)/);
  expect(await refused(from(`http://127.0.0.1:${port}`, KEY, 'bans'))).toMatch(
    /answered 502, and not as Coscribe does/,
  );
  expect(await refused(from('write.example.org', KEY, 'bans'))).toMatch(
    /--server is "write\.example\.org", but must be an address/,
  );
  expect(await refused(from(server.url, KEY, 'unban', 'none'))).toMatch(/There is no ban none\. coscribe bans lists/);
  expect(await refused(from(server.url, KEY, 'unfreeze', 'minutes'))).toMatch(/minutes is not frozen/);
  expect(await refused(from(server.url, KEY, 'ban', '--address', 'nowhere'))).toMatch(
    /must be an IP address or a network/,
  );
  // Killed: its file stays, its port goes to somebody else.
  await server.end('SIGKILL');
  expect(await refused(runCommand(['bans', '--data', data]))).toMatch(/No server runs on/);
  const { token } = JSON.parse(await readFile(join(data, 'admin.json'), 'utf8'));
  await writeFile(join(data, 'admin.json'), JSON.stringify({ port, token }));
  expect(await refused(runCommand(['bans', '--data', data]))).toMatch(/is another version of Coscribe/);
});
