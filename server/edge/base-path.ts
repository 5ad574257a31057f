/**
 * What the paths of all addresses begin with where browsers reach the server below a path of another site: `/notes` for
 * `https://example.org/notes`, and nothing for an address without a path.
 */
export function basePathOf(publicUrl: string | null): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}

/**
 * The path and query of a request without the base path. One that does not begin with it is as it was: some proxies take it
 * away, and programs on this machine ask without it.
 */
export function withoutBasePath(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url;
}
