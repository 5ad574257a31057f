import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { languages } from '@codemirror/language-data';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';
import { SETTINGS, variableName } from '../server/config/settings.ts';

// No Docker runs here: what can be wrong without one is looked at.

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { scripts, bin, files } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  bin: Record<string, string>;
  files: string[];
};
const compose = read('compose.yaml');

/** The instructions, each with its arguments on one line. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n */g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);

const all = (wanted: string) => instructions.filter(([name]) => name === wanted).map(([, rest]) => rest);
const one = (wanted: string): string => {
  const [first = '', ...others] = all(wanted);
  expect([wanted, others]).toEqual([wanted, []]);
  return first;
};

/** What the first stage takes from the checkout. */
const copied = all('COPY')
  .filter((rest) => !rest.startsWith('--from='))
  .flatMap((rest) => rest.split(' ').slice(0, -1));

const environment = Object.fromEntries(all('ENV').map((rest) => rest.split('=', 2)));

/** The entries of a list in compose.yaml. */
const listed = (name: string) =>
  [...(new RegExp(`^ +${name}:\\n((?: +- .*\\n)+)`, 'm').exec(compose)?.[1] ?? '').matchAll(/- "?([^"\n]+)/g)].map(
    ([, entry = '']) => entry,
  );

test('what the Dockerfile copies is in the checkout, and .dockerignore lets it through', () => {
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const letThrough = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path);
  expect(letThrough.sort()).toEqual([...copied].sort());
});

test('the Dockerfile copies everything that a build is made from', () => {
  const [, pieces = ''] = /^const PIECES = (\{.*?^\});/ms.exec(read('scripts/build.mjs')) ?? [];
  const shared = /^const SHARED_SOURCES = .*$/m.exec(read('scripts/build.mjs'))?.[0] ?? '';
  const lists = [...pieces.matchAll(/sources: \[(.*?)\]/gs)].map(([, list = '']) => list);
  const sources = [...[...lists, shared].join().matchAll(/'([^']+)'/g)].map(([, path = '']) => path);
  expect(lists).toHaveLength(3);
  expect(sources).toEqual(expect.arrayContaining(['server', 'web', 'vite.embed.config.ts', 'tsconfig.base.json']));
  const isCopied = (path: string) => copied.some((from) => path === from || path.startsWith(`${from}/`));
  expect(sources.filter((path) => !isCopied(path))).toEqual([]);
});

test('the Dockerfile runs commands of npm only, and packs with a script that builds', () => {
  const commands = all('RUN').filter((command) => !command.startsWith('install -d '));
  expect(commands.map((command) => command.split(' ', 2).join(' '))).toEqual(['npm ci', 'npm pack', 'npm install']);
  expect(scripts['prepack']).toContain('scripts/build.mjs');
  expect(files).toEqual(expect.arrayContaining(['dist/server', 'dist/web', 'dist/protocol']));
});

test('the image starts the command of the package, with settings that there are, and as somebody without rights', () => {
  expect(Object.keys(bin)).toEqual(JSON.parse(one('ENTRYPOINT')));
  expect(JSON.parse(one('CMD'))).toEqual(['serve']);
  expect(environment['PATH']).toMatch(/^\/opt\/coscribe\/node_modules\/\.bin:/);
  expect(one('USER')).toBe('node');
  expect(one('STOPSIGNAL')).toBe('SIGTERM');
  const variables = new Set(Object.keys(SETTINGS).map(variableName));
  const set = [...compose.matchAll(/^ +(COSCRIBE_\w+):/gm)].map(([, name = '']) => name);
  const used = [...Object.keys(environment).filter((name) => name !== 'PATH'), ...set];
  expect(used.length).toBeGreaterThan(2);
  expect(used.filter((name) => !variables.has(name))).toEqual([]);
});

test('port, folders and health of image and compose.yaml are those of the server', () => {
  const port = SETTINGS.port.default;
  expect(one('EXPOSE')).toBe(String(port));
  expect(listed('ports')).toEqual([`127.0.0.1:${port}:${port}`]);
  expect(one('HEALTHCHECK')).toContain(`http://127.0.0.1:${port}/healthz`);
  expect(read('server/http/health-routes.ts')).toContain("'/healthz'");
  expect(one('VOLUME')).toBe(environment['COSCRIBE_DATA']);
  const made = all('RUN').find((command) => command.startsWith('install -d ')) ?? '';
  const mounted = listed('volumes').map((entry) => entry.split(':', 2));
  expect(mounted.map(([, folder]) => folder)).toEqual(made.split(' ').filter((word) => word.startsWith('/')));
  expect(mounted[0]?.[1]).toBe(environment['COSCRIBE_DATA']);
  const declared = [...(/^volumes:\n((?: {2}\w+:\n)+)/m.exec(compose)?.[1] ?? '').matchAll(/(\w+):/g)];
  expect(declared.map(([, name]) => name)).toEqual(mounted.map(([name]) => name));
});

test('compose.yaml is YAML', async () => {
  const yaml = await languages.find(({ name }) => name === 'YAML')?.load();
  const mistakes = (text: string) => {
    const found: number[] = [];
    yaml?.language.parser.parse(text).iterate({
      enter: ({ type, from }) => void (type.isError && found.push(from)),
    });
    return found;
  };
  expect(mistakes('ports: [1')).not.toEqual([]);
  expect(mistakes(compose)).toEqual([]);
});
