import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { findNginx } from '../../scripts/nginx.mjs';
import { makeCertificate } from '../testing/make-certificate.ts';
import { freePort, Nginx } from '../testing/nginx.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const page = await readFile(fileURLToPath(new URL('../../docs/operating.md', import.meta.url)), 'utf8');

/** The file that operating.md shows under this path. */
function shown(path: string): string {
  const file = page.split('```').find((part) => part.split('\n', 2)[1] === `# ${path}`);
  if (file === undefined) throw new Error(`docs/operating.md shows no ${path}`);
  return file.slice(file.indexOf('\n') + 1);
}

/** The lines `NAME=value` of a file. */
const assignments = (file: string) =>
  [...file.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]);

const unit = shown('/etc/systemd/system/coscribe.service');

it('[SEC-3] the unit, the settings and the configuration of nginx in operating.md work together as they stand there', async () => {
  const program = findNginx();
  if (program === null) throw new Error('There is no nginx to test behind: `npm test` installs one where it may.');
  const directives = Object.fromEntries(assignments(unit));
  const [node, main, ...args] = directives['ExecStart']?.split(' ') ?? [];
  expect([node, args]).toEqual(['/usr/bin/node', ['serve', '--data', '/var/lib/coscribe']]);
  expect(main).toBe('/opt/coscribe/node_modules/coscribe/dist/server/main.js');
  expect(directives['StateDirectory']).toBe('coscribe');
  const environment = Object.fromEntries(assignments(shown(directives['EnvironmentFile'] ?? '')));
  const server = await ServerProcess.start(await freshFolder(), ['--port', '0'], { environment });
  onTestFinished(async () => void (await server.end('SIGTERM')));

  const { cert, certFile, keyFile } = await makeCertificate();
  const port = await freePort();
  const nginx = await Nginx.start(program, await freshFolder(), {
    fronts: [{ port, isSecure: true, path: '/notes/', server: server.port }],
    plainPort: await freePort(),
    certFile,
    keyFile,
  });
  onTestFinished(() => nginx.stop());

  // What the browser of somebody at https://example.org sends.
  const people = {
    ca: cert,
    family: 4,
    servername: 'localhost',
    headers: { host: 'example.org', origin: 'https://example.org' },
  };
  const request = get(`https://localhost:${port}/notes/d/minutes`, people);
  const [answer] = await once(request, 'response');
  expect([answer.statusCode, await text(answer)]).toEqual([200, expect.stringContaining('src="/notes/assets/')]);
  const alice = await WireClient.join(`https://localhost:${port}/notes`, 'minutes', people);
  alice.insert(0, 'agenda');
  await alice.untilStored();
  await alice.leave();
});

it('the unit in operating.md gives the process no more than it needs', async () => {
  const denied = ['CapabilityBoundingSet', 'NoNewPrivileges', 'ProtectSystem', 'PrivateDevices', 'SystemCallFilter'];
  expect(assignments(unit).map(([name]) => name)).toEqual(expect.arrayContaining(denied));
  // Part of systemd, so that it is on most machines that the unit is for.
  if (!existsSync('/usr/bin/systemd-analyze')) return;
  const file = join(await freshFolder(), 'coscribe.service');
  await writeFile(file, unit);
  const { stdout } = await promisify(execFile)('systemd-analyze', ['security', '--offline=true', '--no-pager', file]);
  const exposure = /Overall exposure level for coscribe\.service: (\d+\.\d+)/.exec(stdout)?.[1];
  expect(Number(exposure)).toBeLessThan(2);
});
