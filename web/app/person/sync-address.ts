import { siteRoot } from '../base/site-root.ts';

/** What the names of this site's copies begin with, as the provider makes them. */
export function syncAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${siteRoot()}sync/`;
}

/** The name of the copy of one document. */
export function copyName(document: string, person: string | null): string {
  const path = document.split('/').map(encodeURIComponent).join('/');
  return `coscribe:${syncAddress()}${path}${person === null ? '' : `#${person}`}`;
}
