import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { debianProgram } from '../../scripts/debian-programs.mjs';
import { makeCertificate } from '../testing/make-certificate.ts';
import { freePort } from '../testing/nginx.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const page = await readFile(fileURLToPath(new URL('../../docs/operating.md', import.meta.url)), 'utf8');

/** The file that operating.md shows under this path, with other words in some places. Each of them has to be there. */
function shown(path: string, changes: readonly (readonly [string, string])[]): string {
  const file = page.split('```').find((part) => part.split('\n', 2)[1] === `# ${path}`);
  if (file === undefined) throw new Error(`docs/operating.md shows no ${path}`);
  return changes.reduce(
    (result, [from, to]) => {
      if (!result.includes(from)) throw new Error(`${path} in docs/operating.md has no "${from}"`);
      return result.replace(from, () => to);
    },
    file.slice(file.indexOf('\n') + 1),
  );
}

/** Starts a real Caddy with this configuration and waits until it serves. */
async function startCaddy(configuration: string): Promise<void> {
  const folder = await freshFolder();
  const file = join(folder, 'Caddyfile');
  await writeFile(file, configuration);
  const child = spawn(debianProgram('caddy'), ['run', '--config', file, '--adapter', 'caddyfile'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      if (output.includes('serving initial configuration')) resolve();
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`caddy ended with ${code}: ${output}`)));
  });
}

it('[SEC-4] the settings and the Caddyfile in operating.md work together as they stand there', async () => {
  const port = await freePort();
  const site = `https://localhost:${port}/notes`;
  const settings = shown('/etc/coscribe/coscribe.env', [['https://example.org/notes', site]]);
  const environment = Object.fromEntries(
    [...settings.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const server = await ServerProcess.start(await freshFolder(), ['--port', '0'], { environment });
  onTestFinished(async () => void (await server.end('SIGTERM')));
  const { cert, certFile, keyFile } = await makeCertificate();
  const caddyfile = shown('/etc/caddy/Caddyfile', [
    ['example.org {', `localhost:${port} {\n\ttls ${certFile} ${keyFile}`],
    ['127.0.0.1:1234', `127.0.0.1:${server.port}`],
  ]);
  await startCaddy(`{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n${caddyfile}`);

  // From an address that is not Caddy's own, so that it can be told what is believed.
  const people = { ca: cert, family: 4, localAddress: '127.0.0.7' };
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const request = secureRequest(site + path, { ...people, headers, agent: false });
    request.end();
    const [response] = await once(request, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };

  const document = await ask('/d/minutes');
  expect([document.status, document.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
  const script = /<script type="module"[^>]* src="\/notes(\/assets\/[^"]+)"/.exec(document.body)?.[1] ?? '';
  expect((await ask(script)).status).toBe(200);
  const bare = await ask('');
  expect([bare.status, bare.headers['location']]).toEqual([302, '/notes/']);

  const [alice, bob] = [await WireClient.join(site, 'minutes', people), await WireClient.join(site, 'minutes', people)];
  alice.insert(0, 'agenda');
  await alice.untilStored();
  await bob.until(() => bob.text === 'agenda', 'the text');
  expect((await ask('/api/documents/minutes/text')).body).toBe('agenda');
  await alice.leave();
  await bob.leave();

  const claimed = { authorization: `Bearer own.${'x'.repeat(43)}`, 'x-forwarded-for': '203.0.113.9' };
  expect((await ask('/api/documents/minutes', claimed)).status).toBe(403);
  // What the server wrote arrives here a moment after its answer.
  const refused = () =>
    server.output.stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .filter(({ security }) => security === 'refused')
      .map(({ address }) => address);
  await expect.poll(refused).toEqual(['127.0.0.7']);
});
