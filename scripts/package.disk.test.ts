import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webpack from 'webpack';
import { PackedProject } from './packed-project.ts';
import { PUBLIC_NAMES } from './public-names.ts';
import { ROOT } from './source-files.ts';

const run = promisify(execFile);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let project: PackedProject;
beforeAll(async () => {
  project = await PackedProject.install();
}, 180_000);
afterAll(() => project.remove());

test('the package holds what runs, and neither sources nor tests', async () => {
  const installed = join(project.folder, 'node_modules/coscribe');
  const files = (await readdir(installed, { recursive: true })).map((path) => path.replaceAll('\\', '/'));
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'docs/embedding.md',
      'package.json',
      'dist/browser/element/index.js',
      'dist/browser/element/index.d.ts',
      'dist/browser/provider/index.js',
      'dist/embed/coscribe-editor.js',
      'dist/protocol/index.js',
      'dist/server/main.js',
      'dist/web/document.html',
    ]),
  );
  expect(files.filter((path) => /\.(map|tsbuildinfo)$|\/testing\/|\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([]);
});

test('every entry can be imported on a server, and has its public names', async () => {
  const found = await project.evaluate(`
    const names = {};
    for (const entry of ${JSON.stringify(Object.keys(PUBLIC_NAMES))}) names[entry] = Object.keys(await import(entry)).sort();
    console.log(JSON.stringify(names));`);
  const values = Object.entries(PUBLIC_NAMES).map(([entry, { names }]) => [
    entry,
    names.filter((name) => !name.startsWith('type ')),
  ]);
  expect(found).toEqual(Object.fromEntries(values));
});

test('its command serves documents, the site, and the module with every language it has', async () => {
  const { bin } = JSON.parse(await readFile(join(project.folder, 'node_modules/coscribe/package.json'), 'utf8'));
  const main = join(project.folder, 'node_modules/coscribe', bin.coscribe);
  const server = spawn(process.execPath, [main, 'serve', '--port', '0'], { cwd: project.folder, stdio: 'pipe' });
  const ended = once(server, 'close');
  let output = '';
  for await (const piece of server.stdout) {
    output += piece;
    if (/http:\/\/127\.0\.0\.1:\d+/.test(output)) break;
  }
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
  const get = async (path: string) => {
    const response = await fetch(url + path);
    return [response.status, await response.text()] as const;
  };
  expect(await get('/healthz')).toEqual([200, expect.anything()]);
  expect(await get('/third-party-notices.txt')).toEqual([
    200,
    expect.stringMatching(/@fontsource-variable\/literata.*SIL OPEN FONT LICENSE/s),
  ]);
  const notices = '/coscribe-editor/third-party-notices.txt';
  expect(await get(notices)).toEqual([
    200,
    expect.stringMatching(/@codemirror\/view .*\(MIT\).*Permission is hereby granted/s),
  ]);
  expect(await get('/d/notes')).toEqual([200, expect.stringContaining('<script')]);
  const [, module] = await get('/coscribe-editor.js');
  // Relative ones, so that it works below any path.
  const languages = [...new Set([...module.matchAll(/import\(["'`]([^"'`]+)/g)].map(([, path = '']) => path))];
  expect(languages.length).toBeGreaterThan(50);
  expect(languages.filter((path) => !path.startsWith('./coscribe-editor/'))).toEqual([]);
  const answers = await Promise.all(languages.map((path) => get(path.slice(1))));
  expect(answers.filter(([status]) => status !== 200)).toEqual([]);
  server.kill();
  expect(await ended).toEqual([0, null]);
});

test('its types, and the examples of the documents, hold in a strict project of somebody else', async () => {
  for (const name of ['@types/node', 'y-websocket']) await project.link(name);
  const examples: string[] = [];
  for (const page of ['embedding', 'migrating']) {
    const text = await readFile(join(ROOT, `docs/${page}.md`), 'utf8');
    for (const [, code = ''] of text.matchAll(/^```ts\n(.*?)^```/gms)) {
      examples.push(`${page}-${examples.length}.ts`);
      await project.write(`${page}-${examples.length - 1}.ts`, code);
    }
  }
  expect(examples.length).toBeGreaterThan(5);
  // Here one block goes on where the one before ended.
  const serverPage = await readFile(join(ROOT, 'docs/embedding-server.md'), 'utf8');
  const blocks = [...serverPage.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  expect(blocks.length).toBeGreaterThan(4);
  await project.write('embedding-server.ts', [READERS_OWN, ...blocks].join('\n'));
  examples.push('embedding-server.ts');
  await project.write(
    'main.ts',
    `import { createEditor, type CoscribeEditorElement, type Person } from 'coscribe/editor';
     import { CoscribeProvider } from 'coscribe/provider';
     import { decodeMessage } from 'coscribe/protocol';
     import { type Authenticator, createServer } from 'coscribe/server';
     import * as Y from 'yjs';
     const doc = new Y.Doc();
     const { awareness } = new CoscribeProvider('/sync', 'x', doc, { token: async () => 'x' });
     export const editor = createEditor(document.body, { doc, awareness });
     export const element: CoscribeEditorElement = document.createElement('coscribe-editor');
     element.addEventListener('people', ({ detail }) => { const people: readonly Person[] = detail.people; people.at(0); });
     element.addEventListener('click', (event) => event.preventDefault());
     element.token = () => 'token';
     const authenticator: Authenticator = {
       authorize: async () => ({ granted: true, role: 'editor', person: null, expiresAt: null, through: 'token' }),
     };
     export const server = await createServer({ port: 0, authenticator, onChange: ({ text }) => text.trim() });
     // @ts-expect-error A wrong type is noticed, so these are types and not any.
     element.token = 1;
     // @ts-expect-error The same for a message.
     decodeMessage('text');`,
  );
  const common = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2024,dom,dom.iterable', '--types', 'node'];
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const args = [...common, '--module', module, '--moduleResolution', resolution, 'main.ts', ...examples];
    const checked = run(process.execPath, [TSC, ...args], { cwd: project.folder });
    await expect(
      checked.then(
        () => 'fine',
        (error: { stdout: string }) => error.stdout,
      ),
    ).resolves.toBe('fine');
  }
});

/** What the reader of docs/embedding-server.md has already. */
const READERS_OWN = `
  import type { EventEmitter } from 'node:events';
  import type { Store } from 'coscribe/server';
  declare const update: Uint8Array;
  declare const directory: EventEmitter;
  declare const sessions: { find(token: string | null): Promise<User | null> };
  interface User { id: string; name: string; picture: string; sessionEnds: Date; documents: string[] }
  declare const MyStore: { open(folder: string): Promise<Store> };
  declare function freshFolder(): string;
`;

/** A page's script with everything that is for browsers, and with Yjs and CodeMirror of its own. */
const PAGE = `
  export * from 'coscribe/editor'; export * from 'coscribe/protocol'; import { CoscribeProvider } from 'coscribe/provider';
  import * as Y from 'yjs'; import { EditorView } from '@codemirror/view';
  globalThis.own = [new Y.Doc(), EditorView, CoscribeProvider];`;

/** What the host's single copy is used of, and what breaks when there are two. */
const onlyOnce = ['/yjs/dist/', '/@codemirror/view/dist/', '/@codemirror/state/dist/'];
const copies = (files: readonly string[]) => onlyOnce.map((part) => files.filter((file) => file.includes(part)).length);

test('esbuild bundles it without configuration and without a warning, with one copy of Yjs and of CodeMirror', async () => {
  const { metafile, errors, warnings } = await esbuild({
    entryPoints: [await project.write('app.js', PAGE)],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: join(project.folder, 'out'),
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  expect([errors, warnings]).toEqual([[], []]);
  expect(copies(Object.keys(metafile.inputs))).toEqual([1, 1, 1]);
  // Grammars stay files of their own.
  expect(Object.keys(metafile.outputs).length).toBeGreaterThan(50);
});

test('so does webpack', async () => {
  const compiler = webpack({
    context: project.folder,
    entry: await project.write('app.js', PAGE),
    output: { path: join(project.folder, 'out') },
    // Without minification, which takes its time and changes nothing here.
    mode: 'none',
  });
  const compilation = await new Promise<webpack.Compilation | undefined>((resolve, reject) => {
    compiler.run((error, stats) => (error === null ? resolve(stats?.compilation) : reject(error)));
  });
  expect([compilation?.errors, compilation?.warnings]).toEqual([[], []]);
  expect(copies([...(compilation?.modules ?? [])].map((module) => module.identifier()))).toEqual([1, 1, 1]);
  expect(compilation?.chunks.size).toBeGreaterThan(50);
});

test('so does Vite', async () => {
  const built = await vite({
    configFile: false,
    root: project.folder,
    logLevel: 'silent',
    build: { write: false, minify: false, rolldownOptions: { input: await project.write('app.js', PAGE) } },
  });
  const output = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
  const chunks = output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  expect(copies(chunks.flatMap(({ moduleIds }) => moduleIds))).toEqual([1, 1, 1]);
  expect(chunks.length).toBeGreaterThan(50);
});
