import type { Person } from '../../editor/people.ts';
import type { EditorSettings } from '../device/editor-settings.ts';
import type { Guest } from '../device/guest.ts';
import type { ThemeChoice } from '../theme/theme-choice.ts';
import type { Refusal, StatusWording } from './status-wording.ts';

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
  readonly status: StatusWording;
  readonly refusal: Refusal | null;
  readonly storageFailing: boolean;
  /** This person may change the text and the title. */
  readonly mayWrite: boolean;
  /** Own first, then the others by name. */
  readonly people: readonly Person[];
  readonly guest: Guest;
  readonly settings: EditorSettings;
  /** What the settings come to for this text. */
  readonly shown: { readonly lineNumbers: boolean; readonly lineWrapping: boolean };
  readonly theme: ThemeChoice;
  /** The person whose caret the view follows. */
  readonly following: Person | null;
}
