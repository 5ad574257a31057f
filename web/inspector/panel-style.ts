/** Takes colours and type from where it stands, light or dark. */
const RULES = `
:host { display: flex; flex-direction: column; gap: 0.75rem; min-height: 0; font-size: 0.8125rem; line-height: 1.4; }
:host([part='inspector']) {
  flex: none; height: 40%; overflow: auto; padding: 0.6rem 0.8rem; border-top: 1px solid var(--cs-hairline, light-dark(#e4dccf, #3a342d));
  color: var(--cs-ink, light-dark(#29241f, #e9e2d6)); background: var(--cs-paper, light-dark(#fbf8f2, #1e1b18));
  font-family: var(--cs-font-ui, system-ui, sans-serif);
}
:host([hidden]) { display: none; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 0.2rem 0.75rem; margin: 0; }
dt { opacity: 0.75; }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h3 { flex: 1; margin: 0; font-size: inherit; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem; }
.delay { display: inline-flex; align-items: center; gap: 0.35rem; }
button, select {
  min-height: 1.75rem; padding: 0.15rem 0.6rem; border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  border-radius: 0.375rem; background: color-mix(in srgb, currentColor 5%, transparent); color: inherit; font: inherit;
}
option { background: Canvas; color: CanvasText; }
button:hover, select:hover { background: color-mix(in srgb, currentColor 12%, transparent); }
button[aria-pressed="true"] { background: color-mix(in srgb, currentColor 18%, transparent); }
:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.log {
  flex: 1; min-height: 8rem; margin: 0; padding: 0.25rem 0; overflow: auto; list-style: none; overscroll-behavior: contain;
  border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  font: 0.71875rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
li { display: grid; grid-template-columns: auto minmax(6rem, 1fr) auto; gap: 0 0.6rem; padding: 0.1rem 0.25rem; content-visibility: auto; contain-intrinsic-height: auto 1.4rem; }
li.state { background: color-mix(in srgb, currentColor 7%, transparent); }
.time { opacity: 0.75; }
.size { text-align: end; font-variant-numeric: tabular-nums; }
.detail { grid-column: 2 / -1; opacity: 0.8; overflow-wrap: anywhere; }
.detail:empty { display: none; }
@media (pointer: coarse) { button, select { min-height: 2.75rem; } }
`;

let sheet: CSSStyleSheet | null = null;

/** The one style sheet of all panels of the page. */
export function panelStyle(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
  }
  return sheet;
}
