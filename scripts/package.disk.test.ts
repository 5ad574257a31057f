import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PackedProject, packedFiles } from './packed-project.ts';
import { ROOT } from './source-files.ts';

const run = promisify(execFile);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The public names of every entry that has code. Who changes one changes what others build on: say so in CHANGELOG.md. */
const PUBLIC_NAMES = {
  'coscribe/editor': [
    'CoscribeEditorElement',
    'DARK_INK',
    'DEFAULT_LANGUAGE',
    'DriftError',
    'LIGHT_INK',
    'NAME_LENGTH',
    'PEOPLE_COLORS',
    'PLAIN_TEXT',
    'ShownTextError',
    'contrast',
    'createEditor',
    'defineElement',
    'isLanguage',
    'isProse',
    'languageNames',
    'listPeople',
    'personOf',
    'readableInk',
    'resolveLanguage',
    'watchPeople',
  ],
  'coscribe/provider': ['CoscribeProvider'],
  'coscribe/protocol': [
    'CLOSE_CODES',
    'LIMITS',
    'PROTOCOL_VERSION',
    'ProtocolError',
    'ROLES',
    'SUBPROTOCOL',
    'SYNC_PATH',
    'TEXT_FIELD',
    'TOKEN_SUBPROTOCOL_PREFIX',
    'closeCode',
    'decodeMessage',
    'documentNameProblem',
    'encodeAwareness',
    'encodeQueryAwareness',
    'encodeSyncStep1',
    'encodeSyncStep2',
    'encodeToken',
    'encodeUpdate',
    'higherRole',
    'isDocumentName',
    'isRole',
    'may',
    'parseCloseReason',
  ],
} as const;

let project: PackedProject;
beforeAll(async () => {
  project = await PackedProject.make();
}, 120_000);
afterAll(() => project.remove());

test('the package holds what runs, and neither sources nor tests', async () => {
  const files = await packedFiles();
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
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

test('every entry can be imported on a server, and has these public names', async () => {
  const names = await project.evaluate(`
    const names = {};
    for (const entry of ${JSON.stringify(Object.keys(PUBLIC_NAMES))}) names[entry] = Object.keys(await import(entry)).sort();
    console.log(JSON.stringify(names));`);
  expect(names).toEqual(PUBLIC_NAMES);
});

test('the command is in it', async () => {
  const { bin } = JSON.parse(await readFile(join(project.folder, 'node_modules/coscribe/package.json'), 'utf8'));
  const main = join(project.folder, 'node_modules/coscribe', bin.coscribe);
  const { stdout } = await run(process.execPath, [main, '--help']);
  expect(stdout).toContain('coscribe serve');
});

test('its types hold in a strict project of somebody else', async () => {
  await project.write(
    'main.ts',
    `import { createEditor, type CoscribeEditorElement, type Person } from 'coscribe/editor';
     import { CoscribeProvider } from 'coscribe/provider';
     import { decodeMessage } from 'coscribe/protocol';
     import * as Y from 'yjs';
     const doc = new Y.Doc();
     const { awareness } = new CoscribeProvider('/sync', 'x', doc, { token: async () => 'x' });
     export const editor = createEditor(document.body, { doc, awareness });
     export const element: CoscribeEditorElement = document.createElement('coscribe-editor');
     element.addEventListener('people', ({ detail }) => { const people: readonly Person[] = detail.people; people.at(0); });
     element.addEventListener('click', (event) => event.preventDefault());
     element.token = () => 'token';
     // @ts-expect-error A wrong type is noticed, so these are types and not any.
     element.token = 1;
     // @ts-expect-error The same for a message.
     decodeMessage('text');`,
  );
  const common = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2024,dom,dom.iterable', '--types', ''];
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const args = [...common, '--module', module, '--moduleResolution', resolution, 'main.ts'];
    const checked = run(process.execPath, [TSC, ...args], { cwd: project.folder });
    await expect(
      checked.then(
        () => 'fine',
        (error: { stdout: string }) => error.stdout,
      ),
    ).resolves.toBe('fine');
  }
});

test('esbuild and vite bundle it without configuration, with one copy of Yjs and of CodeMirror', async () => {
  const entry = await project.write(
    'app.js',
    `import 'coscribe/editor'; import * as Y from 'yjs'; import { EditorView } from '@codemirror/view';
     globalThis.own = [new Y.Doc(), EditorView];`,
  );
  const { metafile } = await esbuild({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: join(project.folder, 'out'),
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  for (const name of [
    'node_modules/yjs/dist/',
    'node_modules/@codemirror/view/dist/',
    'node_modules/@codemirror/state/dist/',
  ]) {
    expect(inputs.filter((input) => input.includes(name))).toHaveLength(1);
  }

  const built = await vite({
    configFile: false,
    root: project.folder,
    logLevel: 'silent',
    build: { write: false, rolldownOptions: { input: entry } },
  });
  const output = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
  const chunks = output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  expect(
    chunks.flatMap(({ moduleIds }) => moduleIds.filter((id) => id.includes('node_modules/yjs/dist/'))),
  ).toHaveLength(1);
  // Grammars stay files of their own.
  expect(chunks.filter(({ isDynamicEntry }) => isDynamicEntry).length).toBeGreaterThan(50);
});

test('nothing of node gets into what browsers load', async () => {
  const { errors, warnings } = await esbuild({
    stdin: {
      contents:
        "export * as a from 'coscribe/editor'; export * as b from 'coscribe/provider'; export * as c from 'coscribe/protocol';",
      resolveDir: project.folder,
    },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    outdir: join(project.folder, 'out'),
    write: false,
    logLevel: 'silent',
  });
  expect([errors, warnings]).toEqual([[], []]);
});
