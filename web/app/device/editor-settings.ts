import { type Indentation, isIndentation } from '../../editor/code/indentation.ts';
import { type KeptStrings, readJson } from './local-store.ts';

/** Shown or not; `auto` for what suits the kind of text: numbers for code, wrapped lines for prose, words offered in code. */
export type Shown = boolean | 'auto';

/** How this browser's person likes the editor; nobody else is affected. */
export interface EditorSettings {
  readonly lineNumbers: Shown;
  readonly lineWrapping: Shown;
  /** Words of the text are offered while one types. */
  readonly completion: Shown;
  /** One step of indentation in a text that has none of its own; `auto` for what is usual in its language. */
  readonly indentation: Indentation | 'auto';
  /** Others do not see this person's caret. */
  readonly hideMyCursor: boolean;
}

const KEY = 'coscribe.editor';

/** The settings chosen in this browser. */
export function readEditorSettings(store: KeptStrings): EditorSettings {
  const kept = (readJson(store, KEY) ?? {}) as Record<string, unknown>;
  const shown = (value: unknown): Shown => (typeof value === 'boolean' ? value : 'auto');
  return {
    lineNumbers: shown(kept['lineNumbers']),
    lineWrapping: shown(kept['lineWrapping']),
    completion: shown(kept['completion']),
    indentation: isIndentation(kept['indentation']) ? kept['indentation'] : 'auto',
    hideMyCursor: kept['hideMyCursor'] === true,
  };
}

/** Remembers the settings. */
export function keepEditorSettings(store: KeptStrings, settings: EditorSettings): void {
  store.setItem(KEY, JSON.stringify(settings));
}

/** The settings that go by the kind of text, for one text. */
export interface SettingsShown {
  readonly lineNumbers: boolean;
  readonly lineWrapping: boolean;
  readonly completion: boolean;
}

/** What `auto` comes to for a text. */
export function settingsFor(settings: EditorSettings, isProse: boolean): SettingsShown {
  return {
    lineNumbers: settings.lineNumbers === 'auto' ? !isProse : settings.lineNumbers,
    lineWrapping: settings.lineWrapping === 'auto' ? isProse : settings.lineWrapping,
    completion: settings.completion === 'auto' ? !isProse : settings.completion,
  };
}
