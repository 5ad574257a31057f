import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SETTINGS, type Settings } from '../config/settings.ts';
import { silentLogger } from '../log/logger.ts';
import { assembleServer } from '../server.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { runCommand, ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

it('an older Node.js can read the file that starts, and is told in one line what is needed', async () => {
  const main = await readFile(fileURLToPath(new URL('../../dist/server/main.js', import.meta.url)), 'utf8');
  // Anything newer, or imported before the look, would be an error of syntax there.
  expect(main).not.toMatch(/^import\b|\?\?|\?\.|\bawait\b|#[a-z]\w*\s*[=(]/m);
  for (const version of ['14.21.3', '18.20.8', '20.18.9']) {
    const pretend = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
    const { exitCode, stderr } = await runCommand(['--version'], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}`,
    });
    expect(stderr.trim()).toBe(
      `coscribe: Coscribe needs Node.js 20.19 or newer; this is ${version}. Install one from https://nodejs.org and run the command again.`,
    );
    expect(exitCode).toBe(1);
  }
});

describe('the command refuses in one line', () => {
  it.each([
    [['serve', '--prot', '1'], {}, /Unknown option --prot\. Did you mean --port\?/],
    [['freeze', '-draft'], {}, /Unknown option -d\. .*A name that begins with a hyphen goes behind --/],
    [['sevre'], {}, /Unknown command "sevre"/],
    [['serve', 'extra'], {}, /Unexpected argument "extra"/],
    [['serve', '--port', 'abc'], {}, /--port is "abc", but must be a whole number from 0 to 65535/],
    [['serve', '--port', '70000'], {}, /--port is "70000"/],
    [['serve', '--log-level', 'loud'], {}, /--log-level is "loud", but must be one of debug, info/],
    [['serve', '--port'], {}, /argument missing/],
    [['serve'], { COSCRIBE_PROT: '1' }, /Unknown environment variable COSCRIBE_PROT\. Did you mean COSCRIBE_PORT\?/],
    [['serve'], { COSCRIBE_PORT: '-1' }, /COSCRIBE_PORT is "-1"/],
    [['serve', '--config', '/nowhere.json'], {}, /The config file \/nowhere\.json cannot be read/],
    [['serve', '--oidc-issuer', 'https://id.example.org'], {}, /oidcIssuer needs oidcClientId too/],
    [['serve'], { COSCRIBE_OIDC_CLIENT_ID: 'coscribe' }, /oidcClientId needs oidcIssuer too/],
    [['serve', '--oidc-issuer', 'http://id.example.org'], {}, /must be an https address, or an http address on this/],
    [['serve', '--oidc-scopes', 'profile'], {}, /openid among them/],
    [['serve', '--public-url', 'write.example.org'], {}, /must be an address such as https:/],
    [['serve', '--data', '/proc/nowhere', '--port', '0'], {}, /The data folder \/proc\/nowhere cannot be written/],
    [['serve', '--host', '203.0.113.7', '--port', '0'], {}, /The address to listen on is not one of this machine/],
  ])('[SEC-12] %j %j', async (args, environment, message) => {
    const folder = await freshFolder();
    const { exitCode, stderr } = await runCommand(args, { COSCRIBE_DATA: folder, ...environment });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  it('[SEC-12] a config file with an unknown setting, and one that holds no object', async () => {
    const folder = await freshFolder();
    const file = join(folder, 'config.json');
    await writeFile(file, '{"prot": 1}');
    expect((await runCommand(['serve', '--config', file])).stderr).toMatch(
      /Unknown setting in .* prot\. Did you mean port\?/,
    );
    await writeFile(file, '[]');
    expect((await runCommand(['serve', '--config', file])).stderr).toMatch(/must hold a JSON object/);
  });

  it('a config file that is not JSON, without showing the secrets in it', async () => {
    const file = join(await freshFolder(), 'config.json');
    await writeFile(file, '{\n  "oidcClientSecret": "hush-hush-1" "port": 1 }');
    const { stderr } = await runCommand(['serve', '--config', file]);
    expect(stderr).toMatch(/not JSON, position \d+/);
    expect(stderr).not.toContain('hush');
    await writeFile(file, '{"port": hush-hush-2}');
    expect((await runCommand(['serve', '--config', file])).stderr).not.toContain('hush');
  });

  it('[SEC-12] a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exitCode, stderr } = await runCommand(['serve', '--port', String(port), '--data', await freshFolder()]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^coscribe: The port is in use.*\n$/)]);
    other.close();
  });
});

it('[DUR-12] a full disk at the start is called a full disk, and nothing is harmed', async () => {
  const folder = await freshFolder();
  const before = await ServerProcess.start(folder);
  const alice = await WireClient.join(before.url, 'notes');
  alice.insert(0, 'kept');
  await alice.untilStored();
  await before.end('SIGKILL');
  const start = ServerProcess.start(folder, ['--port', '0'], { fileLimit: 1_000 });
  await expect(start).rejects.toThrow(/ended with 1: coscribe: There is no room left on the disk of .* Make some/);
  const after = await ServerProcess.start(folder);
  expect((await WireClient.join(after.url, 'notes')).text).toBe('kept');
  expect(await after.end('SIGTERM')).toBe(0);
});

it('[DUR-11] lets one process have a data folder; the second gets one line and exit code 1, the first goes on', async () => {
  const folder = await freshFolder();
  const first = await ServerProcess.start(folder);
  const alice = await WireClient.join(first.url, 'notes');
  const { exitCode, stderr } = await runCommand(['serve', '--port', '0', '--data', folder]);
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^coscribe: .* in use by another process.*\n$/)]);
  alice.insert(0, 'still here');
  await alice.untilStored();
  expect(await first.end('SIGTERM')).toBe(0);
});

it('takes settings from options, environment and file, in this order', async () => {
  const folder = await freshFolder();
  const file = join(folder, 'config.json');
  await writeFile(file, '{"logLevel": "loud", "port": 70000}');
  const fromFile = await runCommand(['serve', '--config', file]);
  expect(fromFile.stderr).toMatch(/"logLevel" in .* is "loud"|"port" in .* is "70000"/);
  const fromEnvironment = await runCommand(['serve', '--config', file], {
    COSCRIBE_LOG_LEVEL: 'info',
    COSCRIBE_PORT: 'x',
  });
  expect(fromEnvironment.stderr).toMatch(/COSCRIBE_PORT is "x"/);
  const fromOption = await runCommand(['serve', '--config', file, '--log-level', 'info', '--port', 'y'], {
    COSCRIBE_PORT: 'x',
  });
  expect(fromOption.stderr).toMatch(/--port is "y"/);
});

it('lists every setting with its default', async () => {
  const { exitCode, stdout } = await runCommand(['--help']);
  expect(exitCode).toBe(0);
  for (const option of ['--host', '--port', '--data', '--unload-after']) expect(stdout).toContain(option);
  expect(stdout).toContain('Default: 127.0.0.1.');
  expect((await runCommand(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('[DUR-5] stops on SIGTERM with exit code 0 and everything acknowledged stored', async () => {
  const folder = await freshFolder();
  const first = await ServerProcess.start(folder);
  const alice = await WireClient.join(first.url, 'notes');
  for (let i = 0; i < 500; i++) alice.insert(i, 'x');
  await alice.until(() => alice.progress.stored > 1, 'some stored');
  expect(await first.end('SIGTERM')).toBe(0);
  expect(await alice.untilClosed()).toMatchObject({ code: 1012 });
  const second = await ServerProcess.start(folder);
  const bob = await WireClient.join(second.url, 'notes');
  expect(bob.text.length).toBeGreaterThanOrEqual(alice.progress.stored - 1);
  await second.end('SIGTERM');
});

it('leaves nothing running when a part of it cannot be made: the process ends, and the folder is free', async () => {
  const siteFolder = await freshFolder();
  // A site whose other pages are missing, as after half an upgrade.
  await writeFile(join(siteFolder, 'index.html'), '<!doctype html>');
  const clock = new FakeClock();
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
  const options = { settings: settings as unknown as Settings, clock, logger: silentLogger, partsFolder: null };
  await expect(assembleServer({ ...options, store: new MemoryStore(), siteFolder })).rejects.toThrow(/ENOENT/);
  expect(clock.timers).toBe(0);
});
