import { documentPath } from './document-link.ts';
import { unguessableName } from './unguessable-name.ts';

/** The address of a document that nobody else knows of yet, and that anyone who opens this address first creates and owns. */
export function newDocumentPath(): string {
  return `${documentPath(unguessableName())}#new`;
}

/** Goes to a new document. */
export function openNewDocument(): void {
  location.assign(newDocumentPath());
}
