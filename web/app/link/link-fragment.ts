/**
 * What the fragment of a document's address may say. A fragment never leaves the browser: no server, proxy or Referer sees it,
 * so it is where secrets travel.
 */
export type LinkFragment =
  /** A share link: `#link.<secret>`. */
  | { readonly kind: 'link'; readonly credential: string }
  /** The key of anyone who owns the document: `#own.<secret>`. */
  | { readonly kind: 'own'; readonly credential: string }
  /** The document is to be made, by anyone who opens this first: `#new`. */
  | { readonly kind: 'new' };

/** Reads a fragment, with or without its `#`; null when it says nothing that is known here. */
export function readFragment(fragment: string): LinkFragment | null {
  const text = fragment.replace(/^#/, '');
  if (text === 'new') return { kind: 'new' };
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
