import { describe, expect, test } from 'vitest';
import {
  comfortableLength,
  completeSwitches,
  hashPrivates,
  noCycles,
  oneDirection,
  oneFileImportsLevel,
  oneFileMakesDocs,
  onlyConfigReadsProcess,
  onlyOriginPolicyKnowsVisitors,
  onlyTransportImportsWs,
  plainWords,
  protocolImportsOnlyLib0,
  type SourceFile,
  tellingNames,
  testingStaysInTests,
} from './architecture.ts';
import { readSourceFiles } from './source-files.ts';

const file = (path: string, source = ''): SourceFile => ({ path, source });

/** Each rule with a made-up breach that it must find, and a neighbour of it that it must let pass. */
const rules = [
  {
    title: 'imports run one way inside server/ and web/',
    rule: oneDirection,
    good: file('server/room/room.ts', `import type { Store } from '../store/store.ts'; import '../clock.ts';`),
    bad: [
      file('server/store/store.ts', `import type { Room } from '../room/room.ts';`),
      file('server/document/log.ts', `export * from '../transport/socket.ts';`),
      file('server/room/room.ts', `const later = await import('../connection/connection.ts');`),
      file('server/room/room.ts', `let room: import('../connection/connection.ts').Connection;`),
      file('server/room/room.ts', `import { config } from '../config/config.ts';`),
      file('server/store/store.ts', `import '../access/authenticator.ts';`),
      file('server/http/api.ts', `import '../transport/socket.ts';`),
      file('server/clock.ts', `import '../server/room/room.ts';`),
      file('server/store/store.ts', `import '../server.ts';`),
      file('server/somewhere/else.ts'),
      file('server/stray.ts'),
      file('web/app/session/session.ts', `import '../document/page.ts';`),
      file('web/app/somewhere/else.ts'),
      file('web/editor/editor.ts', `import '../provider/provider.ts';`),
      file('web/editor/editor.ts', `import '../app/app.ts';`),
      file('web/provider/provider.ts', `import '../editor/editor.ts';`),
      file('web/app/app.ts', `import '../../server/server.ts';`),
      file('server/server.ts', `import '../web/app/app.ts';`),
      file('protocol/messages.ts', `import '../server/clock.ts';`),
    ],
  },
  {
    title: 'protocol/ imports lib0 only',
    rule: protocolImportsOnlyLib0,
    good: file('protocol/messages.ts', `import * as decoding from 'lib0/decoding';`),
    bad: [
      file('protocol/messages.ts', `import * as Y from 'yjs';`),
      file('protocol/messages.ts', `import { Buffer } from 'node:buffer';`),
    ],
  },
  {
    title: 'only server/transport imports ws',
    rule: onlyTransportImportsWs,
    good: file('server/transport/upgrade.ts', `import { WebSocketServer } from 'ws';`),
    bad: [file('server/connection/connection.ts', `import type { WebSocket } from 'ws';`)],
  },
  {
    title: '[DUR-14] one file makes the copies of documents on the server',
    rule: oneFileMakesDocs,
    good: file('server/document/server-doc.ts', 'const doc = new Y.Doc();'),
    bad: [
      file('server/room/room.ts', 'readonly #doc = new Y.Doc();'),
      file('server/document/state-work.ts', 'const doc = new Doc({ gc: false });'),
    ],
  },
  {
    title: 'only server/config reads process.argv and process.env',
    rule: onlyConfigReadsProcess,
    good: file('server/config/config.ts', `export const args = process.argv.slice(2);`),
    bad: [
      file('server/main.ts', `run(process.argv);`),
      file('server/room/room.ts', `const debug = process.env['DEBUG'];`),
      file('server/room/room.ts', `const debug = process['env'].DEBUG;`),
      file('server/room/room.ts', `import { env } from 'node:process';`),
    ],
  },
  {
    title: '[SEC-4] only the origin policy says where a request comes from',
    rule: onlyOriginPolicyKnowsVisitors,
    good: file('server/http/api.ts', 'brake.failed(networkOf(request.visitor.address));'),
    bad: [
      file('server/http/api.ts', 'brake.failed(request.ip);'),
      file('server/http/api.ts', 'const home = new URL(request.host);'),
      file('server/http/api.ts', `const isSecure = request.protocol === 'https';`),
    ],
  },
  {
    title: 'what exists for tests does not ship',
    rule: testingStaysInTests,
    good: file('server/room/room.test.ts', `import { FakeClock } from '../testing/fake-clock.ts';`),
    bad: [
      file('server/room/room.ts', `import { FakeClock } from '../testing/fake-clock.ts';`),
      file('web/provider/provider.ts', `import './testing/stand-in-server.ts';`),
      file('web/editor/editor.ts', `import './editor.test.ts';`),
    ],
  },
  {
    title: 'file names are kebab-case and say something',
    rule: tellingNames,
    good: file('server/document/group-commit.fuzz.test.ts'),
    bad: [
      file('web/app/DocumentPage.ts'),
      file('web/app/document_page.ts'),
      file('server/room/utils.ts'),
      file('server/helpers/clock.ts'),
      file('server/room/room-manager.ts'),
      file('web/editor/types.ts'),
    ],
  },
  {
    title: 'every switch says what becomes of every case',
    rule: completeSwitches,
    good: file(
      'web/provider/session.ts',
      `function a(x: 1 | 2): number { switch (x) { case 1: return [3].map(() => { return; }).length; case 2: return 4; } }
       function b(x: 1 | 2): void { switch (x) { case 1: break; case 2: return; default: x satisfies never; } }`,
    ),
    bad: [
      file('web/provider/session.ts', 'function b(x: 1 | 2): void { switch (x) { case 1: return; case 2: go(); } }'),
      file('server/room/room.ts', 'switch (x) { case 1: if (y) { go(); } break; case 2: go(); }'),
    ],
  },
  {
    title: 'private members are written with #',
    rule: hashPrivates,
    good: file('web/editor/editor.ts', 'class A { #b = 1; private constructor() {} get #c() { return this.#b; } }'),
    bad: [
      file('web/editor/editor.ts', 'class A { private readonly b = 1; }'),
      file('server/room/room.ts', 'class A { private async b() {} }'),
    ],
  },
  {
    title: 'words are plain',
    rule: plainWords,
    good: file('server/room/room.ts', '/** Anyone who joins again. At most 40. */'),
    bad: [
      file('server/room/room.ts', `/** ${'who'}ever joins. */`),
      file('server/room/room.ts', `const ${'MOST'}_IDS = 5;`),
    ],
  },
  {
    title: 'no product file is longer than 500 lines',
    rule: comfortableLength,
    good: file('server/room/registry.ts', 'const a = 1;\n'.repeat(500)),
    bad: [file('server/room/registry.ts', 'const a = 1;\n'.repeat(501))],
  },
];

describe('the checkout', () => {
  const files = readSourceFiles();

  test('is read at all', () => {
    expect(files.map(({ path }) => path)).toContain('protocol/messages.ts');
  });

  for (const { title, rule } of rules) {
    test(title, () => {
      expect(rule(files)).toEqual([]);
    });
  }

  test('no import cycles', () => {
    expect(noCycles(files)).toEqual([]);
  });

  test('exactly one file imports classic-level', () => {
    expect(oneFileImportsLevel(files)).toEqual([]);
  });
});

describe('a breach is found', () => {
  for (const { title, rule, good, bad } of rules) {
    test(title, () => {
      expect(rule([good])).toEqual([]);
      for (const breach of bad) expect(rule([breach]), breach.path + breach.source.slice(0, 80)).toHaveLength(1);
    });
  }

  test('import cycles, those of types included', () => {
    const a = file('server/room/a.ts', `import { b } from './b.ts';`);
    const b = file('server/room/b.ts', `export { c } from './c.ts';`);
    const c = file('server/room/c.ts', `import type { A } from './a.ts';`);
    expect(noCycles([a, b])).toEqual([]);
    expect(noCycles([a, b, c])).toEqual([
      'server/room/a.ts -> server/room/b.ts -> server/room/c.ts -> server/room/a.ts: an import cycle',
    ]);
  });

  test('a second file that imports classic-level, and none', () => {
    const level = (path: string) => file(path, `import { ClassicLevel } from 'classic-level';`);
    expect(oneFileImportsLevel([level('server/store/level-store.ts')])).toEqual([]);
    expect(oneFileImportsLevel([level('server/store/level-store.ts'), level('server/store/repair.ts')])).toHaveLength(
      1,
    );
    expect(oneFileImportsLevel([])).toHaveLength(1);
  });

  test('imports in comments and strings are none', () => {
    const quiet = file(
      'server/store/store.ts',
      `// import '../room/room.ts'\nconst text = "import '../room/room.ts'";`,
    );
    expect(oneDirection([quiet])).toEqual([]);
  });
});
