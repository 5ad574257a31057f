import { documentNameProblem } from '../../protocol/document-name.ts';
import { SYNC_PATH } from '../../protocol/version.ts';

/** Longest name of a session, in characters; ours have 22. A longer one counts for nothing. */
const SESSION_KEY_LENGTH = 128;

/** The request target as a URL; null when it is not one. */
export function parseTarget(target: string): URL | null {
  const base = 'http://localhost';
  return target.startsWith('/') && URL.canParse(target, base) ? new URL(target, base) : null;
}

/** The document that an address below `SYNC_PATH` names; otherwise a sentence that says why it names none. */
export function readDocumentName({ pathname }: URL): { readonly name: string } | { readonly problem: string } {
  let name: string;
  try {
    name = decodeURIComponent(pathname.slice(SYNC_PATH.length));
  } catch {
    return { problem: 'The document name in the address is not valid percent-encoded UTF-8.' };
  }
  const problem = documentNameProblem(name);
  return problem === null ? { name } : { problem };
}

/** The key of a client's session, if it is one. */
export function sessionKeyOf(entry: string | null | undefined): string | null {
  const length = entry?.length ?? 0;
  return length > 0 && length <= SESSION_KEY_LENGTH ? (entry ?? null) : null;
}
