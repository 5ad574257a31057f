/*
 * The look of the editor. Every value is a CSS custom property that a page can set on the editor or on anything around it;
 * without it the built-in theme, light or dark, decides:
 *
 *   --cs-paper        behind the text            --cs-font-prose   Markdown and plain text
 *   --cs-ink          the text                   --cs-font-code    code, and code within prose
 *   --cs-faint        line numbers, hints        --cs-font-ui      panels, names on carets
 *   --cs-accent       own caret, focus           --cs-size-prose   font size of prose (1.0625rem)
 *   --cs-hairline     fine lines                 --cs-size-code    font size of code (0.875rem)
 *   --cs-selection    own selection              --cs-measure      width of the text in prose (36rem)
 *   --cs-raised       panels                     --cs-pad          room around the text in prose
 *   --cs-match        search matches             --cs-past-end     room below the last line (40vh)
 *   --cs-code-block   behind code within prose
 *   --cs-token-…      heading mark link quote code comment keyword string number type function property tag invalid
 *                     inserted deleted
 *
 * Other people's carets carry --cs-person and --cs-person-ink, set by the editor.
 */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags as t } from '@lezer/highlight';
import { editorRules } from './editor-rules.ts';
import { DARK, LIGHT, type Palette, type Tokens } from './palette.ts';

/** What a host may ask for. */
export type ThemeChoice = 'light' | 'dark' | 'system';

/** The rules of one theme: its palette as inner properties, each open to the page. */
function paletteTheme({ tokens, ...colors }: Palette, dark: boolean): Extension {
  const properties: Record<string, string> = { colorScheme: dark ? 'dark' : 'light' };
  for (const [name, color] of Object.entries(colors)) properties[`--cse-${name}`] = `var(--cs-${name}, ${color})`;
  for (const [name, color] of Object.entries(tokens))
    properties[`--cse-token-${name}`] = `var(--cs-token-${name}, ${color})`;
  return [
    EditorView.theme({ '&': properties }, { dark }),
    EditorView.editorAttributes.of({ 'data-theme': dark ? 'dark' : 'light' }),
  ];
}

const light = paletteTheme(LIGHT, false);
const dark = paletteTheme(DARK, true);

/** The colours of one theme, for use in a compartment. */
export function themeColors(isDark: boolean): Extension {
  return isDark ? dark : light;
}

const token = (name: keyof Tokens) => `var(--cse-token-${name})`;

const highlightStyle = HighlightStyle.define([
  { tag: t.heading1, color: token('heading'), fontWeight: '700', fontSize: '1.45em', lineHeight: '1.3' },
  { tag: t.heading2, color: token('heading'), fontWeight: '700', fontSize: '1.22em', lineHeight: '1.35' },
  { tag: t.heading3, color: token('heading'), fontWeight: '700', fontSize: '1.08em' },
  { tag: t.heading, color: token('heading'), fontWeight: '700' },
  { tag: t.strong, fontWeight: '700' },
  { tag: t.emphasis, fontStyle: 'italic' },
  { tag: t.strikethrough, textDecoration: 'line-through' },
  { tag: [t.link, t.url], color: token('link') },
  { tag: t.quote, color: token('quote') },
  {
    tag: t.monospace,
    color: token('code'),
    fontFamily: 'var(--cse-font-code)',
    fontSize: 'var(--cse-mono-size, 0.88em)',
    fontVariantLigatures: 'none',
  },
  { tag: [t.processingInstruction, t.contentSeparator, t.labelName, t.meta], color: token('mark') },
  { tag: [t.comment, t.docComment], color: token('comment'), fontStyle: 'italic' },
  { tag: [t.keyword, t.operatorKeyword, t.modifier, t.self, t.null, t.bool, t.atom], color: token('keyword') },
  { tag: [t.string, t.special(t.string), t.character, t.attributeValue, t.inserted], color: token('string') },
  { tag: [t.regexp, t.escape, t.number, t.color, t.unit], color: token('number') },
  { tag: [t.typeName, t.className, t.namespace, t.macroName], color: token('type') },
  {
    tag: [t.function(t.variableName), t.function(t.propertyName), t.definition(t.function(t.variableName))],
    color: token('function'),
  },
  { tag: [t.propertyName, t.attributeName, t.definition(t.propertyName)], color: token('property') },
  { tag: [t.tagName, t.angleBracket], color: token('tag') },
  { tag: t.invalid, color: token('invalid') },
  { tag: t.inserted, color: token('inserted') },
  { tag: t.deleted, color: token('deleted') },
]);

/** Everything of the look that both themes share. Made once: every theme that is made stays in the page's style sheet. */
export const baseTheme: Extension = [
  EditorView.editorAttributes.of({ class: 'cs-editor' }),
  EditorView.theme(editorRules),
  syntaxHighlighting(highlightStyle),
];

/** Marks the content as prose or code, which have different type and measure. */
export function textKind(prose: boolean): Extension {
  return EditorView.editorAttributes.of({ class: prose ? 'cs-prose' : 'cs-code' });
}

/** Whether a state shows the dark theme. */
export function isDark(state: EditorState): boolean {
  return state.facet(EditorView.darkTheme);
}
