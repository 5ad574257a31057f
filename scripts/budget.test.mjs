import { expect, test } from 'vitest';
import { staticScripts } from './budget.mjs';

const manifest = {
  'document.html': { file: 'assets/document.js', imports: ['_editor.js', '_shared.js'], dynamicImports: ['rust.ts'] },
  'index.html': { file: 'assets/index.js', imports: ['_shared.js'] },
  '_editor.js': { file: 'assets/editor.js', imports: ['_shared.js'] },
  '_shared.js': { file: 'assets/shared.js', imports: ['_editor.js'] },
  'rust.ts': { file: 'assets/rust.js' },
};

test('a page loads its entry and what that imports, each once, and nothing that comes later', () => {
  expect(staticScripts(manifest, ['document.html'])).toEqual([
    'assets/document.js',
    'assets/editor.js',
    'assets/shared.js',
  ]);
});

test('entries that share files load them once', () => {
  expect(staticScripts(manifest, ['index.html', 'rust.ts', 'index.html'])).toEqual([
    'assets/index.js',
    'assets/shared.js',
    'assets/editor.js',
    'assets/rust.js',
  ]);
});

test('a page that was not built is an error, not zero bytes', () => {
  expect(() => staticScripts(manifest, ['other.html'])).toThrow('no "other.html"');
});
