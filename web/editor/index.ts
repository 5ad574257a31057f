/** The editor of Coscribe: CodeMirror on a Y.Text, with other people's carets, undo of one's own, light and dark. */

export { ShownTextError, type ShownTextErrorCode } from './binding/shown-text.ts';
export { DriftError } from './binding/text-binding.ts';
export type { PresentedUser } from './carets/own-presence.ts';
export { listPeople, NAME_LENGTH, PEOPLE_COLORS, type Person, personOf, watchPeople } from './carets/people.ts';
export { contrast, DARK_INK, LIGHT_INK, readableInk } from './carets/readable-ink.ts';
export type { Indentation } from './code/indentation.ts';
export { type CoscribeEditor, createEditor, type EditorOptions } from './create-editor.ts';
export type { EditorSettings } from './editor-settings.ts';
export { DEFAULT_LANGUAGE, isLanguage, isProse, languageNames, PLAIN_TEXT, resolveLanguage } from './text/languages.ts';
export type { ThemeChoice } from './theme.ts';
