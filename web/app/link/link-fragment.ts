/**
 * What the fragment of a document's address may say. A fragment never leaves the browser: no server, proxy or Referer sees it,
 * so it is where secrets travel.
 */
export type LinkFragment =
  /** A share link: `#link.<secret>`. */
  | { readonly kind: 'link'; readonly credential: string }
  /** The key of anyone who owns the document: `#own.<secret>`. */
  | { readonly kind: 'own'; readonly credential: string }
  /** The document is to be made: `#new.<mark>`, where the mark tells whether a page of this site has asked for it. */
  | { readonly kind: 'new'; readonly mark: string | null };

/** What programs that make links of plain text leave at the end: the sentence goes on there. Browsers encode some of it. */
const TRAILING = /(?:[.,;:!?)\]}>*'"…»”’]|%[0-9a-f]{2})+$/i;

/**
 * Reads a fragment, with or without its `#`; null when it says nothing that is known here. Punctuation behind it is no part of
 * it.
 */
export function readFragment(fragment: string): LinkFragment | null {
  const text = fragment.replace(/^#/, '').replace(TRAILING, '');
  const asked = /^new(?:\.([\w-]{1,128}))?$/.exec(text);
  if (asked !== null) return { kind: 'new', mark: asked[1] ?? null };
  const kind = /^(link|own)\.[\w-]{16,128}$/.exec(text)?.[1];
  return kind === 'link' || kind === 'own' ? { kind, credential: text } : null;
}

/** What is used of a page here. */
export interface AddressBar {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'replaceState' | 'state'>;
}

/**
 * Reads the fragment of the page's address and takes it out, so that neither the history nor a copied address has it. A
 * fragment that says nothing here is left alone.
 */
export function takeFragment({ location, history }: AddressBar): LinkFragment | null {
  const fragment = readFragment(location.hash);
  if (fragment !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return fragment;
}
