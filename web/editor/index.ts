/** The editor of Coscribe: CodeMirror on a Y.Text, with other people's carets, undo of one's own, light and dark. */
export { type CoscribeEditor, createEditor, type EditorOptions } from './create-editor.ts';
export { DEFAULT_LANGUAGE, isLanguage, isProse, languageNames, PLAIN_TEXT, resolveLanguage } from './languages.ts';
export type { PresentedUser } from './own-presence.ts';
export { listPeople, NAME_LENGTH, PEOPLE_COLORS, type Person, personOf, watchPeople } from './people.ts';
export { contrast, DARK_INK, LIGHT_INK, readableInk } from './readable-ink.ts';
export { ShownTextError, type ShownTextErrorCode } from './shown-text.ts';
export { DriftError } from './text-binding.ts';
export type { ThemeChoice } from './theme.ts';
