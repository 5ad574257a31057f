import * as string from 'lib0/string';
import { hasHiddenMarks } from './hidden-marks.ts';
import { LIMITS } from './limits.ts';

/** Why a document name is refused, as a sentence for the person who chose it; null when the name is valid. */
export function documentNameProblem(name: string): string | null {
  if (name === '') return 'A document name must not be empty.';
  if (!name.isWellFormed()) return 'A document name must be valid Unicode (it holds half of a surrogate pair).';
  const bytes = string.utf8ByteLength(name);
  if (bytes > LIMITS.documentNameBytes) {
    return `A document name may be ${LIMITS.documentNameBytes} bytes long at most (this one has ${bytes}).`;
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return 'A document name must not contain control characters.';
  // Otherwise two names could look the same, or be read in another order than they are written.
  if (hasHiddenMarks(name)) return 'A document name must not contain invisible characters.';
  if (name.trim() !== name) return 'A document name must not begin or end with a space.';
  for (const part of name.split('/')) {
    if (part === '') return 'A document name must not begin or end with a slash, or hold two in a row.';
    if (part === '.' || part === '..') return 'A document name must not have "." or ".." as a part.';
  }
  return null;
}

/** Whether `name` can name a document. The one rule for WebSocket paths, HTTP routes and storage (SEC-5). */
export function isDocumentName(name: string): boolean {
  return documentNameProblem(name) === null;
}
