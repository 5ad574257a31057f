import type { SourceFile } from './architecture.ts';
import { findTests } from './source-scan.ts';

// docs/spec.md against the titles of the tests: which rule is proven where. docs/spec.test.ts compares the two, and
// `npm run spec` (write-spec-proofs.ts) brings the page up to date.

/** A rule of the page. */
export interface Rule {
  readonly id: string;
  readonly isProven: boolean;
  /** The files named in its *Proven in* line; null when it has none. */
  readonly proofs: readonly string[] | null;
}

/** A test whose title, or whose group's title, names rules. */
export interface Citation {
  readonly path: string;
  readonly line: number;
  readonly ids: readonly string[];
}

const ID = /^[A-Z]{2,5}-\d+$/;
const RULE_HEADING = /^### ([A-Z]{2,5}-\d+) /;
const PROVEN = '## Proven';
const NOT_PROVEN = '## Not yet proven';
const PROOF_LINE = '*Proven in:*';

/** A page in pieces: the text before the first rule, the rules with their text, in order. */
interface Page {
  readonly intro: string;
  readonly blocks: readonly (Rule & { readonly text: string })[];
}

/**
 * Reads docs/spec.md.
 * @throws Error when the page has no two sections or an id twice.
 */
export function readSpec(markdown: string): readonly Rule[] {
  return readPage(markdown).blocks;
}

function readPage(markdown: string): Page {
  const [before, proven = '', rest] = splitAt(markdown, `\n${PROVEN}\n`, `\n${NOT_PROVEN}\n`);
  if (before === undefined || rest === undefined) throw new Error(`spec.md lacks "${PROVEN}" or "${NOT_PROVEN}"`);
  const blocks = [...readBlocks(proven, true), ...readBlocks(rest, false)];
  const twice = blocks.find(({ id }, index) => blocks.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new Error(`spec.md has ${twice.id} twice`);
  return { intro: before, blocks };
}

function splitAt(text: string, first: string, second: string): string[] {
  return [first, second].reduce<string[]>(
    (parts, separator) => [...parts.slice(0, -1), ...(parts.at(-1) ?? '').split(separator)],
    [text],
  );
}

function readBlocks(section: string, isProven: boolean): (Rule & { text: string })[] {
  return section.split(/^(?=### )/m).flatMap((text) => {
    const id = RULE_HEADING.exec(text)?.[1];
    if (id === undefined) return [];
    const line = text.split('\n').find((candidate) => candidate.startsWith(PROOF_LINE));
    const proofs = line === undefined ? null : [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    return [{ id, isProven, proofs, text }];
  });
}

/** The files that hold tests: those named as tests, and the suites in folders named testing that tests run. */
export function isTestFile(path: string): boolean {
  return /\.(test|spec)\.(ts|mjs)$/.test(path) || path.includes('/testing/');
}

/** The ids at the start of a title: `[DUR-1] …`, `[DUR-1, DUR-8] …`, `[DUR-1][DUR-8] …`. */
export function idsOf(title: string): string[] {
  const brackets = /^(?:\s*\[[^\]]*\])+/.exec(title)?.[0] ?? '';
  return brackets.split(/[[\],\s]+/).filter((word) => ID.test(word));
}

/** Every test that names a rule. */
export function readCitations(files: readonly SourceFile[]): Citation[] {
  return testsOf(files)
    .map(({ path, line, titles }) => ({ path, line, ids: [...new Set(titles.flatMap(idsOf))] }))
    .filter(({ ids }) => ids.length > 0);
}

function testsOf(files: readonly SourceFile[]) {
  return files
    .filter(({ path }) => isTestFile(path))
    .flatMap(({ path, source }) =>
      findTests(path, source).map(({ text, groups, line }) => ({ path, line, titles: [...groups, text] })),
    );
}

/** The files with tests that name a rule, by rule, sorted. */
function proofsById(files: readonly SourceFile[]): Map<string, string[]> {
  const proofs = new Map<string, string[]>();
  for (const { path, ids } of readCitations(files)) {
    for (const id of ids) proofs.set(id, [...new Set([...(proofs.get(id) ?? []), path])].sort());
  }
  return proofs;
}

/** What is wrong between the page and the tests, a sentence each; empty when they agree. */
export function compareSpec(markdown: string, files: readonly SourceFile[]): string[] {
  const rules = readSpec(markdown);
  const known = new Set(rules.map(({ id }) => id));
  const proofs = proofsById(files);

  const ofRules = rules.flatMap(({ id, isProven, proofs: named }) => {
    const found = proofs.get(id) ?? [];
    if (!isProven)
      return found.length === 0 ? [] : [`${id} is "not yet proven", but ${found.join(', ')} cites it: npm run spec`];
    if (found.length === 0) return [`${id} is listed as proven, but no test's title begins with [${id}]`];
    return found.join() === (named ?? []).join()
      ? []
      : [`${id}: its "Proven in" is not ${found.join(', ')}: npm run spec`];
  });
  const unknown = readCitations(files).flatMap(({ path, line, ids }) =>
    ids.filter((id) => !known.has(id)).map((id) => `${path}:${line} names ${id}, which spec.md does not have`),
  );
  const uncited = testsOf(files)
    .filter(({ path, titles }) => /\.fuzz\.test\.ts$/.test(path) && titles.flatMap(idsOf).length === 0)
    .map(({ path, line }) => `${path}:${line} is a fuzz test that names no rule`);
  return [...ofRules, ...unknown, ...uncited];
}

/** The page with its *Proven in* lines as the tests have it, and with rules that now have a test moved up to *Proven*. */
export function updateSpec(markdown: string, files: readonly SourceFile[]): string {
  const { intro, blocks } = readPage(markdown);
  const proofs = proofsById(files);
  const families = [...new Set([...intro.matchAll(/^\| ([A-Z]{2,5}) \|/gm)].map((match) => match[1]))];
  const place = (id: string) => families.indexOf(id.split('-')[0]) * 1000 + Number(id.split('-')[1]);
  const byPlace = (a: Rule, b: Rule) => place(a.id) - place(b.id);

  const proven = blocks.filter(({ id, isProven }) => isProven || proofs.has(id)).sort(byPlace);
  const open = blocks.filter(({ id, isProven }) => !isProven && !proofs.has(id));
  const openText = readOpenIntro(markdown) + open.map(({ text }) => text.trim()).join('\n\n');
  const provenText = proven.map(({ id, text }) => {
    const body = text.split('\n').filter((line) => !line.startsWith(PROOF_LINE));
    const files = (proofs.get(id) ?? []).map((path) => `\`${path}\``).join(', ');
    return `${body.join('\n').trim()}\n\n${`${PROOF_LINE} ${files}`.trim()}`;
  });
  return `${intro}\n${PROVEN}\n\n${provenText.join('\n\n')}\n\n${NOT_PROVEN}\n\n${openText.trim()}\n`;
}

/** What stands between the second heading and its first rule. */
function readOpenIntro(markdown: string): string {
  const rest = markdown.split(`\n${NOT_PROVEN}\n`)[1] ?? '';
  return `${rest.split(/^### /m)[0]?.trim() ?? ''}\n\n`;
}
