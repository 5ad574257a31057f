import { documentNameProblem } from '../../../protocol/document-name.ts';
import { siteRoot } from '../base/site-root.ts';
import { readFragment } from './link-fragment.ts';

/** What the paths of documents begin with. */
const prefix = () => `${siteRoot()}d/`;

/** The address of a document on this site, without the host. */
export function documentPath(name: string): string {
  return prefix() + encodeURIComponent(name);
}

/** The link to send to somebody. `origin` as `location.origin` gives it. */
export function documentLink(origin: string, name: string): string {
  return origin + documentPath(name);
}

/** The link that lets somebody in by a credential (`link.…`, `own.…`), which stands in the fragment. */
export function credentialLink(origin: string, name: string, credential: string): string {
  return `${documentLink(origin, name)}#${credential}`;
}

/** The document that an address of this site names; null when it names none or the name is not valid. */
export function documentNameFromPath(pathname: string): string | null {
  const folder = prefix();
  if (!pathname.startsWith(folder)) return null;
  let name: string;
  try {
    name = decodeURIComponent(pathname.slice(folder.length));
  } catch {
    return null; // A stray percent sign: no browser and no link of ours writes one.
  }
  return documentNameProblem(name) === null ? name : null;
}

/** What somebody typed under "open by name": a document, or a sentence that says why it is none. */
export type TypedName =
  | { readonly name: string /** With its `#`; empty for none. */; readonly fragment: string }
  | { readonly problem: string };

/** Reads a typed name. A pasted link of this very site counts as the name in it, with the secret that its fragment may hold. */
export function readTypedName(typed: string, origin: string): TypedName {
  const trimmed = typed.trim();
  if (trimmed === '') return { problem: 'Type the name of a document, or paste its link.' };
  if (trimmed.startsWith(`${origin}${prefix()}`)) {
    const { pathname, hash } = new URL(trimmed);
    const name = documentNameFromPath(pathname);
    if (name === null) return { problem: 'This link does not name a document.' };
    return { name, fragment: readFragment(hash) === null ? '' : hash };
  }
  if (/^https?:\/\//i.test(trimmed)) {
    return { problem: 'This link leads to another site. Open it in the address bar.' };
  }
  const problem = documentNameProblem(trimmed);
  return problem === null ? { name: trimmed, fragment: '' } : { problem };
}
