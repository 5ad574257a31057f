/*
 * The frame around the editor. Made as a constructed style sheet, so that the strictest Content-Security-Policy allows it.
 * The editor's own custom properties (web/editor/theme.ts) work from outside, these parts can be styled:
 *
 *   ::part(editor)    the text       ::part(status)    the line below: saved state and connection
 *   ::part(message)   what is said in words when something is wrong
 */
const RULES = `
:host {
  display: flex; flex-direction: column; min-height: 12rem; position: relative; color-scheme: light dark; overflow: hidden;
  background: var(--cs-paper, light-dark(#fbf8f2, #1e1b18)); --cs-past-end: 2.5rem;
}
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
:host([hidden]) { display: none; }
[part='editor'] { flex: 1 1 auto; min-height: 0; overflow: hidden; display: flex; flex-direction: column; }
[part='editor'] > .cm-editor { flex: 1 1 auto; min-height: 0; }
[part='status'] {
  flex: none; display: flex; gap: 1em; justify-content: space-between; padding: 0.3em 0.8em; min-height: 1.4em;
  font: 0.8125rem/1.4 var(--cs-font-ui, system-ui, sans-serif);
  color: var(--cs-faint, light-dark(#71685c, #a0968a)); background: var(--cs-paper, light-dark(#fbf8f2, #1e1b18));
  border-top: 1px solid var(--cs-hairline, light-dark(#e4dccf, #3a342d));
}
[part='message'] {
  flex: none; margin: 0; padding: 0.7em 0.9em; font: 0.9375rem/1.45 var(--cs-font-ui, system-ui, sans-serif);
  color: var(--cs-ink, light-dark(#29241f, #e9e2d6)); background: var(--cs-raised, light-dark(#f4efe5, #282420));
  border-bottom: 1px solid var(--cs-hairline, light-dark(#e4dccf, #3a342d));
}
[part='message']:empty { display: none; }
`;

let sheet: CSSStyleSheet | null = null;

/** Gives a shadow root the frame's style; all elements share one sheet. */
export function adoptStyle(root: ShadowRoot): void {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
  }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
