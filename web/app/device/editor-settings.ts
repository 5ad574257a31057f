import { type KeptStrings, readJson } from './local-store.ts';

/** Shown or not; `auto` for what suits the kind of text: numbers for code, wrapped lines for prose. */
export type Shown = boolean | 'auto';

/** How this browser's person likes the editor; nobody else is affected. */
export interface EditorSettings {
  readonly lineNumbers: Shown;
  readonly lineWrapping: Shown;
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
    hideMyCursor: kept['hideMyCursor'] === true,
  };
}

/** Remembers the settings. */
export function keepEditorSettings(store: KeptStrings, settings: EditorSettings): void {
  store.setItem(KEY, JSON.stringify(settings));
}

/** What `auto` comes to for a text. */
export function settingsFor(
  settings: EditorSettings,
  isProse: boolean,
): { readonly lineNumbers: boolean; readonly lineWrapping: boolean } {
  return {
    lineNumbers: settings.lineNumbers === 'auto' ? !isProse : settings.lineNumbers,
    lineWrapping: settings.lineWrapping === 'auto' ? isProse : settings.lineWrapping,
  };
}
