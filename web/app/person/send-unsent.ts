import * as Y from 'yjs';
import { CoscribeProvider } from '../../provider/index.ts';
import { DocumentApi } from '../api/document-api.ts';
import type { SiteSession } from '../api/site-session.ts';
import { siteRoot } from '../base/site-root.ts';
import { Credentials } from '../device/credentials.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { DocumentAccess } from '../session/document-access.ts';

/** How long one document may take to be sent, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Opens a document that nobody looks at, so that the edits in its copy reach the server. @param own the person's store
 * @returns whether the server has all of it now
 */
export async function sendUnsent(
  name: string,
  person: string,
  own: KeptStrings,
  session: SiteSession,
): Promise<boolean> {
  const doc = new Y.Doc();
  const nothing = () => undefined;
  const api = new DocumentApi(name, () => access.token());
  const access = new DocumentAccess({
    credentials: new Credentials(own, name),
    api,
    session,
    connect: nothing,
    showAgain: nothing,
    tell: nothing,
    now: () => Date.now(),
  });
  const provider = new CoscribeProvider(`${siteRoot()}sync`, name, doc, { token: () => access.token(), person });
  const isDone = () => provider.loaded && provider.synced && provider.saved;
  try {
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE);
      const look = () => {
        if (!isDone() && provider.closed === null) return;
        clearTimeout(timer);
        resolve(isDone());
      };
      for (const event of ['saved', 'sync', 'closed', 'offline-copy'] as const) provider.on(event, look);
    });
  } finally {
    provider.destroy();
    doc.destroy();
  }
}
