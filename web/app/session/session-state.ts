import type { Role } from '../../../protocol/roles.ts';
import type { Person } from '../../editor/carets/people.ts';
import type { Indentation } from '../../editor/code/indentation.ts';
import type { Refusal, StatusWording } from '../../wording/status-wording.ts';
import type { SignedInPerson } from '../api/site-session.ts';
import type { EditorSettings, SettingsShown } from '../device/editor-settings.ts';
import type { Guest } from '../device/guest.ts';
import type { SidePanelMemory } from '../device/side-panel-memory.ts';
import type { ThemeChoice } from '../theme/theme-choice.ts';
import type { AccessAdvice } from './access-advice.ts';

/** Everything the panels of a document page show. A new object for every change; nobody changes one. */
export interface SessionState {
  readonly name: string;
  /** Empty until somebody names the document. */
  readonly title: string;
  /** As the catalogue keeps it; empty means by the title's ending, else Markdown. */
  readonly language: string;
  /** The language that the text is shown in. */
  readonly resolvedLanguage: string;
  /** The text can be written in: the copy on this device is loaded, or the server's text is here. */
  readonly ready: boolean;
  /** The server's text has been here since the page opened. */
  readonly everSynced: boolean;
  readonly status: StatusWording;
  readonly refusal: Refusal | null;
  /** What to tell somebody who was refused access, and the ways on; null for everybody else. */
  readonly gate: AccessAdvice | null;
  /** There is no text on this device that could be read meanwhile. */
  readonly gateCovers: boolean;
  /** The document is not there yet; null when it is, and while nobody knows. */
  readonly missing: { readonly mayCreate: boolean } | null;
  readonly storageFailing: boolean;
  /** One line that those who run the server tell everybody; null for none. */
  readonly announcement: string | null;
  /** Edits survive a reload of the page without the server. */
  readonly keptOnDevice: boolean;
  /** The server has a newer version of this page. */
  readonly outdated: boolean;
  /** What this person may do, as the server said last; null while nobody knows. */
  readonly role: Role | null;
  /** This person may change the text and the title. */
  readonly mayWrite: boolean;
  /** The people who run the server let nobody write in it for now. */
  readonly frozen: boolean;
  /** Edits on this device that the server does not take, because their writer may not write any more. */
  readonly stranded: number;
  /** Stands in an empty text. */
  readonly placeholder: string;
  /** Own first, then the others by name. */
  readonly people: readonly Person[];
  /** The server knows people, so that guests are marked: none of them passes for somebody known. */
  readonly marksGuests: boolean;
  /** How others see this person. */
  readonly guest: Guest;
  /** Who is signed in; null for a guest. */
  readonly person: SignedInPerson | null;
  /** Where one signs in; null where nobody can. */
  readonly signIn: string | null;
  readonly settings: EditorSettings;
  /** What the settings come to for this text. */
  readonly shown: SettingsShown;
  /** What was chosen for this text in this tab; `auto` goes by the text itself. */
  readonly indentation: Indentation | 'auto';
  readonly theme: ThemeChoice;
  readonly sidePanel: SidePanelMemory;
  /** Whether to ask for a name: this browser has none but one made by chance. */
  readonly asksName: boolean;
  /** The person whose caret the view follows. */
  readonly following: Person | null;
}
