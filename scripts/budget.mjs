import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Most script a document page may load before the first keystroke, in bytes after gzip. */
export const BUDGET_BYTES = 260_000;

/**
 * The script files that a page loads at once: its entry and everything imported statically from there. What is imported
 * dynamically (grammars, dialogs) comes later and does not count.
 * @param {Record<string, { file: string, imports?: string[] }>} manifest as Vite writes it
 * @param {string} entry key of the page, such as `document.html`
 * @returns {string[]} files, each once
 */
export function staticScripts(manifest, entry) {
  const seen = new Set();
  const visit = (/** @type {string} */ key) => {
    const chunk = manifest[key];
    if (chunk === undefined)
      throw new Error(`Vite's manifest has no "${key}"; it has ${Object.keys(manifest).join(', ')}.`);
    if (seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit(entry);
  return [...seen];
}

/**
 * Measures the built document page.
 * @param {string} webFolder dist/web
 * @param {string} [entry]
 * @returns {{ files: { file: string, bytes: number }[], total: number }} sizes after gzip at its best, largest first
 */
export function measurePage(webFolder, entry = 'document.html') {
  const manifest = JSON.parse(readFileSync(join(webFolder, '.vite/manifest.json'), 'utf8'));
  const files = staticScripts(manifest, entry)
    .map((file) => ({ file, bytes: gzipSync(readFileSync(join(webFolder, file)), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes);
  return { files, total: files.reduce((total, { bytes }) => total + bytes, 0) };
}
