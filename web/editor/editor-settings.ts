import { Compartment, EditorState, type Extension, type StateEffect } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import type { PresentedUser } from './carets/own-presence.ts';
import { type Indentation, indentation, usualIndentation } from './code/indentation.ts';
import { gutter } from './setup.ts';
import { isProse, resolveLanguage } from './text/languages.ts';
import { type ThemeChoice, textKind, themeColors } from './theme.ts';

/** Everything about an editor that can change while it is in the page. `CoscribeEditor.configure` changes it. */
export interface EditorSettings {
  /** How one appears to others; null leaves the awareness field `user` as it is. Default null. */
  readonly user: PresentedUser | null;
  /** A name of languageNames() or an alias; '' (the default): by `fileName`, else Markdown. */
  readonly language: string;
  /** Tells the language when `language` does not. */
  readonly fileName: string;
  /** Default 'system': as the operating system says, also when it changes its mind. */
  readonly theme: ThemeChoice;
  /** The person can read and select but not change the text. */
  readonly readOnly: boolean;
  /** Shown in an empty document. */
  readonly placeholder: string;
  /** Default 'auto': code has them, running text does not. */
  readonly lineNumbers: boolean | 'auto';
  /** Default 'auto': running text wraps at a readable measure, code does not. */
  readonly lineWrapping: boolean | 'auto';
  /** One step of indentation: 'tab' or a number of spaces. Default 'auto': as the text is indented itself, else `newIndentation`. */
  readonly indentation: Indentation | 'auto';
  /** For a text that is not indented yet. Default 'auto': what is usual in its language. */
  readonly newIndentation: Indentation | 'auto';
  /** Whether words of the text are offered while one types. Default 'auto': in code. Ctrl+Space asks for them in any case. */
  readonly completion: boolean | 'auto';
  /** Others do not see the own carets. */
  readonly hideMyCursor: boolean;
  /**
   * Guests carry "(guest)" beside their carets from the start; otherwise as soon as anybody has been here whom the server
   * knows. For servers where people can sign in. It cannot be taken back.
   */
  readonly markGuests: boolean;
  /** What a screen reader calls the text field; '' (the default) is 'Document text'. */
  readonly label: string;
}

const DEFAULTS: EditorSettings = {
  user: null,
  language: '',
  fileName: '',
  theme: 'system',
  readOnly: false,
  placeholder: '',
  lineNumbers: 'auto',
  lineWrapping: 'auto',
  indentation: 'auto',
  newIndentation: 'auto',
  completion: 'auto',
  hideMyCursor: false,
  markGuests: false,
  label: '',
};

/** The settings with some of them changed. A value that is undefined changes nothing: callers without types pass them. */
export function withSettings(change: Partial<EditorSettings>, settings: EditorSettings = DEFAULTS): EditorSettings {
  const known = Object.entries(change).filter(([key, value]) => key in DEFAULTS && value !== undefined);
  return { ...settings, ...Object.fromEntries(known) };
}

/** The name of the language that the settings come to. */
export function languageOf({ language, fileName }: EditorSettings): string {
  return resolveLanguage(language, fileName);
}

/** Whether the settings come to words being offered while one types. */
export function suggestsWords(settings: EditorSettings): boolean {
  return settings.completion === 'auto' ? !isProse(languageOf(settings)) : settings.completion;
}

/** One place among the editor's extensions, and what the settings put there. */
interface Slot {
  readonly compartment: Compartment;
  /** The settings that the extension is made of. */
  readonly from: readonly (keyof EditorSettings)[];
  readonly extension: (settings: EditorSettings) => Extension;
}

/** The extensions that follow the settings. Each is made again only when a setting that it is made of changes. */
export class SettingSlots {
  readonly #slots: readonly Slot[];

  /** @param isSystemDark whether the operating system asks for the dark theme */
  constructor(isSystemDark: () => boolean) {
    const slot = (from: Slot['from'], extension: Slot['extension']): Slot => ({
      compartment: new Compartment(),
      from,
      extension,
    });
    this.#slots = [
      slot(['lineNumbers', 'language', 'fileName'], lineNumbers),
      slot(['readOnly'], ({ readOnly }) => (readOnly ? READ_ONLY : [])),
      slot(['placeholder'], ({ placeholder: text }) => placeholder(text)),
      slot(['language', 'fileName', 'lineWrapping'], kindOfText),
      slot(['language', 'fileName', 'indentation', 'newIndentation'], indentationOfText),
      slot(['theme'], ({ theme }) => themeColors(theme === 'dark' || (theme === 'system' && isSystemDark()))),
      slot(['label'], ({ label }) => EditorView.contentAttributes.of({ 'aria-label': label || 'Document text' })),
    ];
  }

  /** What goes into a new state. */
  initial(settings: EditorSettings): Extension {
    return this.#slots.map(({ compartment, extension }) => compartment.of(extension(settings)));
  }

  /** Brings a state to the settings. @param before what it has been made with; null makes everything again */
  changes(before: EditorSettings | null, after: EditorSettings): StateEffect<unknown>[] {
    return this.#slots
      .filter(({ from }) => from.some((key) => before?.[key] !== after[key]))
      .map(({ compartment, extension }) => compartment.reconfigure(extension(after)));
  }
}

function lineNumbers(settings: EditorSettings): Extension {
  const shown = settings.lineNumbers === 'auto' ? !isProse(languageOf(settings)) : settings.lineNumbers;
  return shown ? gutter() : [];
}

function kindOfText(settings: EditorSettings): Extension {
  const prose = isProse(languageOf(settings));
  const wraps = settings.lineWrapping === 'auto' ? prose : settings.lineWrapping;
  return [
    textKind(prose),
    // Phones begin sentences with capitals and mend words in prose. CodeMirror forbids both, as code needs.
    prose ? EditorView.contentAttributes.of({ autocapitalize: 'sentences', autocorrect: 'on' }) : [],
    wraps ? [EditorView.lineWrapping, EditorView.editorAttributes.of({ class: 'cs-wrap' })] : [],
  ];
}

function indentationOfText(settings: EditorSettings): Extension {
  const { newIndentation } = settings;
  const otherwise = newIndentation === 'auto' ? usualIndentation(languageOf(settings)) : newIndentation;
  return indentation(settings.indentation, otherwise);
}

/** A read-only text can still be focused, selected, searched and copied by keyboard. */
const READ_ONLY: Extension = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ role: 'textbox', 'aria-multiline': 'true' }),
];
