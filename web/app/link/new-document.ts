import { documentPath } from './document-link.ts';
import { unguessableName } from './unguessable-name.ts';

/** Goes to a document that nobody else knows of yet. The server creates it with the first edit. */
export function openNewDocument(): void {
  location.assign(documentPath(unguessableName()));
}
