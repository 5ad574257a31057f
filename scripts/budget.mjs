import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Max script a document page may load before the first keystroke, in bytes after gzip. */
export const BUDGET_BYTES = 260_000;

/** Max that the editor with Markdown may take as one module for other people's pages, in bytes after gzip. */
export const EMBED_BUDGET_BYTES = 190_000;

/**
 * What a document page loads without being asked to, as keys of Vite's manifest: what connects, what shows the document, and, since a
 * document is Markdown unless it says otherwise, the grammar of that. Dynamic import or not.
 */
const AT_ONCE = ['document.html', 'show-document.ts', '../editor/text/markdown-language.ts'];

/**
 * The script files behind some entries: the entries and everything imported statically from there. What they import
 * dynamically (other grammars, dialogs) comes later and does not count.
 * @param {Record<string, { file: string, imports?: string[] }>} manifest as Vite writes it
 * @param {readonly string[]} entries keys of the manifest, such as `document.html`
 * @returns {string[]} files, each once
 */
export function staticScripts(manifest, entries) {
  const seen = new Set();
  const visit = (/** @type {string} */ key) => {
    const chunk = manifest[key];
    if (chunk === undefined)
      throw new Error(`Vite's manifest has no "${key}"; it has ${Object.keys(manifest).join(', ')}.`);
    if (seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...seen];
}

/**
 * Measures the built document page.
 * @param {string} webFolder dist/web
 * @returns {{ files: { file: string, bytes: number }[], total: number }} sizes after gzip at its best, largest first
 */
export function measurePage(webFolder) {
  const manifest = JSON.parse(readFileSync(join(webFolder, '.vite/manifest.json'), 'utf8'));
  const files = staticScripts(manifest, AT_ONCE)
    .map((file) => ({ file, bytes: gzipSync(readFileSync(join(webFolder, file)), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes);
  return { files, total: files.reduce((total, { bytes }) => total + bytes, 0) };
}

/**
 * Measures the self-contained module. Languages are files beside it that come when they are needed.
 * @param {string} embedFolder dist/embed
 */
export function measureEmbed(embedFolder) {
  const source = readFileSync(join(embedFolder, 'coscribe-editor.js'));
  const alsoAtOnce = /^import\b|[;}]import *["'{*]/.test(source.toString('utf8'));
  if (alsoAtOnce) throw new Error('coscribe-editor.js imports another file at once, so it is not one file any more.');
  return gzipSync(source, { level: 9 }).length;
}
