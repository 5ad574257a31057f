import { LanguageDescription, type LanguageSupport } from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { bounded } from './bounded-parser.ts';

/** Text without a grammar. */
export const PLAIN_TEXT = 'Plain text';
/** What a document is when nobody said. */
export const DEFAULT_LANGUAGE = 'Markdown';

const PLAIN_NAMES = new Set([PLAIN_TEXT.toLowerCase(), 'text', 'plain']);

/** Languages of running text: their lines wrap at a readable measure. */
const PROSE = new Set([PLAIN_TEXT, DEFAULT_LANGUAGE, 'LaTeX', 'Textile']);

/** The names of all languages, for a chooser: Markdown and plain text first, then by alphabet. */
export function languageNames(): string[] {
  const others = languages.map(({ name }) => name).filter((name) => name !== DEFAULT_LANGUAGE);
  return [DEFAULT_LANGUAGE, PLAIN_TEXT, ...others.sort((a, b) => a.localeCompare(b))];
}

/**
 * The language of a document.
 * @param name a name of languageNames() or one of its aliases ('js', 'c++'); '' to go by the file name
 * @param fileName such as 'notes.md' or 'Dockerfile'
 * @returns a name of languageNames(); Markdown when nothing fits
 */
export function resolveLanguage(name: string, fileName: string): string {
  const wanted = name.trim().toLowerCase();
  if (PLAIN_NAMES.has(wanted)) return PLAIN_TEXT;
  const chosen = wanted === '' ? null : exactly(wanted);
  if (chosen !== null) return chosen.name;
  if (/\.(txt|text|log)$/i.test(fileName)) return PLAIN_TEXT;
  return (fileName === '' ? null : LanguageDescription.matchFilename(languages, fileName))?.name ?? DEFAULT_LANGUAGE;
}

/** Whether a name, or alias, is one that resolveLanguage knows. */
export function isLanguage(name: string): boolean {
  const wanted = name.trim().toLowerCase();
  return PLAIN_NAMES.has(wanted) || exactly(wanted) !== null;
}

/** Whether a language is running text, not code. */
export function isProse(name: string): boolean {
  return PROSE.has(name);
}

/**
 * Loads a grammar. Only Markdown's is loaded from the start of a page on; every other comes when it is needed.
 * @param name a name that resolveLanguage gave
 * @returns null for plain text
 */
export async function loadLanguage(name: string): Promise<LanguageSupport | null> {
  if (name === PLAIN_TEXT) return null;
  if (name === DEFAULT_LANGUAGE) {
    const { markdownSupport } = await import('./markdown-language.ts');
    return markdownSupport();
  }
  const description: LanguageDescription | null = exactly(name.toLowerCase());
  return description === null ? null : bounded(await description.load());
}

function exactly(name: string): LanguageDescription | null {
  return languages.find((language) => language.name.toLowerCase() === name || language.alias.includes(name)) ?? null;
}
