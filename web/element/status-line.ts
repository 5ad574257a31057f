import { isRole, may } from '../../protocol/roles.ts';
import type { CoscribeProvider } from '../provider/index.ts';

/** What the line below the text says of a document's edits. */
export function savedSentence({ saved, unsavedChanges, status, role }: CoscribeProvider): string {
  if (saved && isRole(role) && !may(role, 'write')) return 'View only';
  if (saved) return status === 'connected' ? 'Saved' : '';
  if (status === 'connected') return 'Saving…';
  return `Only on this device (${unsavedChanges} ${unsavedChanges === 1 ? 'edit' : 'edits'})`;
}

/** What the line says of the connection: nothing while all is well. */
export function connectionSentence({ status, closed, storageFailing }: CoscribeProvider): string {
  if (closed !== null) return 'Not connected';
  if (status === 'connected') return storageFailing ? 'The server cannot write to its disk' : '';
  return status === 'connecting' ? 'Connecting…' : 'Offline: keep writing';
}
