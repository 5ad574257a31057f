import { isRole, may } from '../../protocol/roles.ts';
import type { PresentedUser } from '../editor/carets/own-presence.ts';
import { type EditorSettings, PEOPLE_COLORS } from '../editor/index.ts';
import { type AttributeName, readColor, readLanguage, readLineNumbers, readTheme } from './attributes.ts';
import type { DocumentSource } from './shared-document.ts';

/** What the page wants of an editor. */
export interface Wishes {
  readonly placeholder: string;
  readonly label: string;
  readonly userName: string;
  readonly userColor: string;
  /** The page allows no writing, by the attribute or by a form that is disabled. */
  readonly lockedByPage: boolean;
  /** An attribute's value; null when it is none that it can have. */
  read<T>(name: AttributeName, read: (value: string | null) => T): T | null;
}

/** The settings of the editor: what the page wants, and what is true of the document and its connection now. */
export function wishedSettings(wishes: Wishes, { doc, provider }: DocumentSource): Partial<EditorSettings> {
  const { title, language } = provider?.properties ?? { title: '', language: '' };
  const user = shownUser(wishes, { doc, provider });
  // A page that brings the presence has told already who this is, unless the attributes do.
  const isTold = provider !== null || wishes.userName !== '' || wishes.userColor !== '';
  return {
    language: wishes.read('language', readLanguage) || language,
    fileName: title,
    theme: wishes.read('theme', readTheme) ?? 'system',
    readOnly: wishes.lockedByPage || isClosedToWriting(provider),
    placeholder: wishes.placeholder,
    lineNumbers: wishes.read('line-numbers', readLineNumbers) ?? 'auto',
    label: wishes.label,
    ...(isTold ? { user } : {}),
  };
}

/** Whom the server knows is shown as that, here as everywhere. */
function shownUser(wishes: Wishes, { doc, provider }: Pick<DocumentSource, 'doc' | 'provider'>): PresentedUser {
  const color = wishes.read('user-color', readColor);
  const fallback = PEOPLE_COLORS[doc.clientID % PEOPLE_COLORS.length] ?? PEOPLE_COLORS[0];
  const known = provider?.person;
  const user = { name: known?.name ?? (wishes.userName || 'Guest'), color: known?.color ?? color ?? fallback };
  return known?.name ? { ...user, verified: true } : user;
}

/** Whether what is written would go nowhere: no right to write, or a refusal for good. */
function isClosedToWriting(provider: DocumentSource['provider']): boolean {
  if (provider === null) return false;
  const { role, closed } = provider;
  return closed !== null || (role !== null && !(isRole(role) && may(role, 'write')));
}
