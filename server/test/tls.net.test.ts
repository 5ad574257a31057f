import { X509Certificate } from 'node:crypto';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { CoscribeServer } from '../server.ts';
import { FastClock } from '../testing/fast-clock.ts';
import { makeCertificate } from '../testing/make-certificate.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const servers: CoscribeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A server whose certificate files a test may change, and what it logs. It looks at them every ten seconds of its clock. */
async function startSecure(clock: Clock = systemClock) {
  const first = await makeCertificate();
  const folder = await freshFolder();
  const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const logged: { message: string; level: string }[] = [];
  const note = (level: string) => (_fields: object, message: string) => void logged.push({ message, level });
  const logger: Logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  // Each file is there as a whole or not at all, as programs that renew certificates do it: half of one is another complaint.
  const replace = async (file: string, by: string) => {
    await copyFile(by, `${file}.new`);
    await rename(`${file}.new`, file);
  };
  const use = async (certFile: string, keyFile: string) => {
    await replace(tlsCert, certFile);
    await replace(tlsKey, keyFile);
  };
  await use(first.certFile, first.keyFile);
  const server = await startTestServer({ settings: { tlsCert, tlsKey }, clock, logger });
  servers.push(server);
  const until = async (message: string) => {
    await expect.poll(() => logged.map((line) => line.message)).toContain(message);
  };
  return { server, first, use, until, logged };
}

function get(url: string, ca: string): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    // A connection of its own, so that a new certificate is seen.
    request(url, { ca, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}

/** The fingerprint of the certificate that a server shows. */
function shown(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    }).on('error', reject);
  });
}

const fingerprint = (cert: string) => new X509Certificate(cert).fingerprint256;

it('serves https and wss on one port, and tells browsers to stay with them', async () => {
  const { server, first } = await startSecure();
  expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const health = await get(`${server.url}/healthz`, first.cert);
  expect([health.status, health.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
  const [alice, bob] = await Promise.all([
    WireClient.join(server.url, 'notes', { ca: first.cert, headers: { origin: server.url } }),
    WireClient.join(server.url, 'notes', { ca: first.cert }),
  ]);
  // More than one TLS record, through the path that bypasses the WebSocket library.
  alice.insert(0, 'x'.repeat(400_000));
  await alice.untilStored();
  await bob.until(() => bob.text.length === 400_000, 'the text');
});

it('shows a renewed certificate to anyone who comes, and keeps the connections that live', async () => {
  const { server, first, use } = await startSecure();
  const alice = await WireClient.join(server.url, 'notes', { ca: first.cert });
  const second = await makeCertificate();
  await use(second.certFile, second.keyFile);
  await server.reloadCertificate?.();
  expect(await shown(server.url)).toBe(fingerprint(second.cert));
  const bob = await WireClient.join(server.url, 'notes', { ca: second.cert });
  alice.insert(0, 'still here');
  await bob.until(() => bob.text === 'still here', 'the text');
});

it('keeps the old certificate while the new files do not fit together, says so once, and takes them when they do', async () => {
  const { server, first, use, until, logged } = await startSecure(new FastClock(100));
  const [second, third] = [await makeCertificate(), await makeCertificate()];
  await use(second.certFile, third.keyFile);
  const complaint = 'The new certificate cannot be used; the old one stays.';
  await until(complaint);
  expect(await shown(server.url)).toBe(fingerprint(first.cert));
  await server.reloadCertificate?.();
  await server.reloadCertificate?.();
  expect(logged.filter(({ message, level }) => message === complaint && level === 'error')).toHaveLength(1);
  await use(third.certFile, third.keyFile);
  await until('The certificate was read again.');
  expect(await shown(server.url)).toBe(fingerprint(third.cert));
});

it('reads it at once on SIGHUP', async () => {
  const [first, second] = [await makeCertificate(), await makeCertificate()];
  const args = ['--port', '0', '--tls-cert', first.certFile, '--tls-key', first.keyFile];
  const server = await ServerProcess.start(await freshFolder(), args);
  expect(server.url).toMatch(/^https:/);
  await copyFile(second.certFile, first.certFile);
  await copyFile(second.keyFile, first.keyFile);
  server.signal('SIGHUP');
  await expect.poll(() => server.output.stdout).toContain('The certificate was read again.');
  expect(await shown(server.url)).toBe(fingerprint(second.cert));
  expect(await server.end('SIGTERM')).toBe(0);
});

describe('a start is refused in one line', () => {
  const start = async (...args: string[]) =>
    runCommand(['serve', '--port', '0', '--data', await freshFolder(), ...args]);

  it.each([
    ['with a certificate without its key', ['--tls-cert', 'cert.pem'], /tlsCert needs tlsKey too/],
    ['with a key without its certificate', ['--tls-key', 'key.pem'], /tlsKey needs tlsCert too/],
    [
      'with a file that is not there',
      ['--tls-cert', '/nowhere.pem', '--tls-key', '/nowhere.key'],
      /The file \/nowhere\.pem \(tlsCert\) cannot be read: ENOENT/,
    ],
  ])('%s', async (_title, args, message) => {
    const { exitCode, stderr } = await start(...args);
    expect(stderr).toMatch(message);
    expect([stderr.trim().split('\n').length, exitCode]).toEqual([1, 1]);
  });

  it('with files that hold something else, or do not belong together', async () => {
    const [one, other] = [await makeCertificate(), await makeCertificate()];
    const nonsense = join(await freshFolder(), 'nonsense.pem');
    await writeFile(nonsense, 'nonsense');
    const mixed = await start('--tls-cert', one.certFile, '--tls-key', other.keyFile);
    expect(mixed.stderr).toMatch(/The key in .* does not belong to the certificate in/);
    const noCert = await start('--tls-cert', nonsense, '--tls-key', one.keyFile);
    expect(noCert.stderr).toMatch(/\(tlsCert\) does not hold a certificate in PEM/);
    const noKey = await start('--tls-cert', one.certFile, '--tls-key', nonsense);
    expect(noKey.stderr).toMatch(/\(tlsKey\) does not hold a private key in PEM/);
    expect([mixed.exitCode, noCert.exitCode, noKey.exitCode]).toEqual([1, 1, 1]);
  });
});
