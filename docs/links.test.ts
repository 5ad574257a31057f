import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';

/** Our pages, by their paths from the checkout. */
const pages = ['.', 'docs', 'bench', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder === 'examples', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);

/** The text without blocks and spans of code, in which brackets mean something else. */
const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, 'code');

/** What a heading is called in an address. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** What is wrong with a link of a page; null when it leads somewhere. */
function problem(page: string, link: string): string | null {
  const [path = '', fragment] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(join(ROOT, target))) return `${page}: ${link} is not there`;
  if (fragment === undefined || !target.endsWith('.md')) return null;
  const headings = readFileSync(join(ROOT, target), 'utf8').matchAll(/^#+ (.*)$/gm);
  const anchors = [...headings].map(([, heading = '']) => anchor(heading.trim()));
  return anchors.includes(fragment) ? null : `${page}: ${link} names no heading`;
}

test('every link between our pages, and to files, leads somewhere', () => {
  const links = pages.flatMap((page) =>
    [...withoutCode(readFileSync(join(ROOT, page), 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = '']) => [page, link] as const,
    ),
  );
  const inside = links.filter(([, link]) => !/^[a-z]+:/.test(link));
  expect(inside.length).toBeGreaterThan(50);
  expect(inside.map(([page, link]) => problem(page, link)).filter((found) => found !== null)).toEqual([]);
});

test('a link to nothing would be found', () => {
  expect(problem('docs/errors.md', 'nowhere.md')).toContain('is not there');
  expect(problem('docs/errors.md', '#no-such-heading')).toContain('names no heading');
  expect(problem('docs/errors.md', '#websocket-close-codes')).toBeNull();
});

test('pages of the package link to nothing that is not in it', () => {
  const shipped = /^(docs\/[^/]+\.md|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE)$/;
  const outside = readdirSync(join(ROOT, 'docs'), { encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) =>
      [...withoutCode(readFileSync(join(ROOT, 'docs', name), 'utf8')).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && !shipped.test(join('docs', decodeURIComponent(link))))
        .map((link) => `docs/${name}: ${link}`),
    );
  expect(outside).toEqual([]);
});
