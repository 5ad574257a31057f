/** Which offline copies; all of this page's origin where nothing is said. */
export interface CopyFilter {
  /** Those of this person, by the id that tokens name; null for those of guests. */
  readonly person?: string | null;
  /** Those of documents below this address, as the provider is given it; `ws` or `wss`, whole. */
  readonly server?: string;
}

/** What every copy's name begins with: `coscribe:ws://host/sync/name`, with `#person` behind it for all but guests. */
const PREFIX = 'coscribe:';

/** The names of the copies on this device. @throws Error where the browser cannot list what it keeps */
export async function copyNames({ person, server = '' }: CopyFilter = {}): Promise<string[]> {
  if (typeof indexedDB.databases !== 'function') {
    throw new Error(
      'This browser cannot list what it keeps, so the copies were not looked at. Clear the site’s data instead.',
    );
  }
  return (await indexedDB.databases()).flatMap(({ name = '' }) => {
    const [address = '', ...owner] = name.split('#');
    const isMeant = person === undefined || person === (owner.length === 0 ? null : owner.join('#'));
    return isMeant && address.startsWith(PREFIX + server) ? [name] : [];
  });
}
