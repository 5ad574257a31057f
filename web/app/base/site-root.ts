/**
 * Where this site begins on its host: `/`, or for example `/notes/` when it is below another one. The server writes it into
 * every page.
 */
export function siteRoot(): string {
  // Tests of what builds on this have no page.
  if (typeof document === 'undefined') return '/';
  return document.querySelector<HTMLMetaElement>('meta[name=site-root]')?.content ?? '/';
}
