import type { EditorView } from '@codemirror/view';

const SERIF = "Charter, 'Bitstream Charter', 'Iowan Old Style', Georgia, serif";
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace";
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** The room on each side of running text. It is padding of the lines, so that a click beside the text still reaches it. */
const SIDE = 'var(--cse-side)';

/**
 * Makes the browser compute the room once, in the type size of the text. A measure in `em` would otherwise be another one for each
 * line in smaller type, and code would stand further right than the text around it. Browsers before 2024 leave it at that.
 */
export function registerSide(): void {
  try {
    CSS.registerProperty({ name: '--cse-side', syntax: '<length>', inherits: true, initialValue: '0px' });
  } catch {
    // It is registered already, by another editor of the page, or cannot be.
  }
}

/** The style rules that light and dark share; colours come from the inner properties that theme.ts sets. */
export const editorRules: Parameters<typeof EditorView.theme>[0] = {
  '&': {
    '--cse-font-prose': `var(--cs-font-prose, ${SERIF})`,
    '--cse-font-code': `var(--cs-font-code, ${MONO})`,
    '--cse-font-ui': `var(--cs-font-ui, ${SANS})`,
    height: '100%',
    position: 'relative',
    color: 'var(--cse-ink)',
    backgroundColor: 'var(--cse-paper)',
    containerType: 'inline-size',
  },
  '&.cm-focused': { outline: 'none' },
  // For people who came by keyboard; with the pointer the caret says enough.
  '.cm-scroller.cs-ring': { outline: '2px solid var(--cse-accent)', outlineOffset: '-2px' },
  '.cm-scroller': { overflow: 'auto', overscrollBehavior: 'contain' },
  '&.cs-prose .cm-scroller': {
    fontFamily: 'var(--cse-font-prose)',
    fontSize: 'var(--cs-size-prose, 1.0625rem)',
    lineHeight: '1.65',
    '--cse-side': 'calc((100cqw - var(--cs-measure, 36rem)) / 2)',
  },
  '&.cs-code .cm-scroller': {
    fontFamily: 'var(--cse-font-code)',
    fontSize: 'var(--cs-size-code, 0.875rem)',
    fontVariantLigatures: 'none',
    lineHeight: '1.6',
  },
  '.cm-content': { caretColor: 'var(--cse-accent)', padding: '1rem 0 var(--cs-past-end, 40vh)' },
  '.cm-line': { padding: '0 0.5rem 0 0.75rem' },
  // By the direction of the editor, where its numbers are; each line has one of its own.
  '&:dir(rtl) .cm-line': { padding: '0 0.75rem 0 0.5rem' },
  '&.cs-prose .cm-content': { paddingBlockStart: 'var(--cs-pad, clamp(1.25rem, 5cqw, 3.5rem))' },
  '&.cs-prose .cm-line': {
    '--cse-left': '1rem',
    '--cse-right': '1rem',
    padding: '0 var(--cse-right) 0 var(--cse-left)',
  },
  '&.cs-prose.cs-wrap:dir(ltr) .cm-line, &.cs-prose.cs-wrap:not(.cs-numbers) .cm-line': {
    '--cse-right': `max(1rem, ${SIDE})`,
  },
  '&.cs-prose.cs-wrap:dir(rtl) .cm-line, &.cs-prose.cs-wrap:not(.cs-numbers) .cm-line': {
    '--cse-left': `max(1rem, ${SIDE})`,
  },
  // The numbers hang in the margin, so that the text is in the middle.
  '&.cs-prose.cs-wrap.cs-numbers .cm-gutters': { paddingInlineStart: `max(0px, ${SIDE} - 4.25rem)` },
  '.cs-code-line': {
    fontFamily: 'var(--cse-font-code)',
    fontVariantLigatures: 'none',
    fontSize: '0.88em',
    '--cse-mono-size': '1em',
    // Half a rem wider than the text on each side, in the padding of the line.
    background: 'linear-gradient(var(--cse-code-block), var(--cse-code-block)) no-repeat',
    backgroundPosition: 'calc(var(--cse-left) - 0.5rem) 0',
    backgroundSize: 'calc(100% - var(--cse-left) - var(--cse-right) + 1rem) 100%',
  },

  '.cm-gutters': { backgroundColor: 'var(--cse-paper)', color: 'var(--cse-faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': {
    fontFamily: 'var(--cse-font-code)',
    fontSize: '0.75em',
    fontVariantNumeric: 'tabular-nums',
    minWidth: '2.75em',
    padding: '0',
    paddingInline: '0.5em 0.35em',
    textAlign: 'end',
    lineHeight: 'inherit',
  },
  // Nothing, as large as the text is, so that the smaller number stands on the same line as the text.
  '.cm-lineNumbers .cm-gutterElement::before': {
    content: '"\\200b"',
    fontFamily: 'var(--cse-font-code)',
    fontSize: 'calc(1em / 0.75)',
  },
  '&.cs-prose .cm-lineNumbers .cm-gutterElement::before': { fontFamily: 'var(--cse-font-prose)' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer', width: '1em', opacity: '0', transition: 'opacity 120ms' },
  '.cm-gutters:hover .cm-foldGutter .cm-gutterElement, .cm-foldGutter .cs-folded': { opacity: '1' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--cse-raised)',
    border: '1px solid var(--cse-hairline)',
    borderRadius: '3px',
    color: 'var(--cse-faint)',
    padding: '0 0.4em',
    margin: '0 0.2em',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--cse-ink) 3%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--cse-ink)' },
  '&.cs-prose .cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-cursor, .cm-dropCursor': { borderLeft: '2px solid var(--cse-accent)', marginLeft: '-1px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--cse-selection)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--cse-match) 55%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'var(--cse-match)', borderRadius: '2px' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--cse-accent)' },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    boxShadow: 'inset 0 -2px 0 color-mix(in srgb, var(--cse-accent) 70%, transparent)',
  },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'transparent', color: 'var(--cse-token-invalid)' },
  '.cm-placeholder': { color: 'var(--cse-faint)', fontStyle: 'italic' },
  '.cm-specialChar': { color: 'var(--cse-token-invalid)', fontSize: '0.85em' },

  '.cm-panels': {
    backgroundColor: 'var(--cse-raised)',
    color: 'var(--cse-ink)',
    fontFamily: 'var(--cse-font-ui)',
    fontSize: '0.875rem',
  },
  '.cm-panels-top': { borderBottom: '1px solid var(--cse-hairline)' },
  '.cm-panels-bottom': { borderTop: '1px solid var(--cse-hairline)' },
  '.cm-textfield': {
    backgroundColor: 'var(--cse-paper)',
    color: 'var(--cse-ink)',
    border: '1px solid color-mix(in srgb, var(--cse-faint) 75%, transparent)',
    borderRadius: '6px',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    padding: '0.3em 0.6em',
    margin: '0',
    minWidth: '9rem',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'transparent',
    color: 'var(--cse-ink)',
    border: '1px solid var(--cse-hairline)',
    borderRadius: '6px',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    padding: '0.3em 0.75em',
    margin: '0',
    cursor: 'pointer',
    textTransform: 'capitalize',
  },
  '.cm-button:hover': { backgroundColor: 'color-mix(in srgb, var(--cse-ink) 7%, transparent)' },
  '.cm-button:active': {
    backgroundImage: 'none',
    backgroundColor: 'color-mix(in srgb, var(--cse-ink) 12%, transparent)',
  },
  '.cm-textfield:focus-visible, .cm-button:focus-visible': {
    outline: '2px solid var(--cse-accent)',
    outlineOffset: '1px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--cse-raised)',
    color: 'var(--cse-ink)',
    border: '1px solid var(--cse-hairline)',
    borderRadius: '6px',
    fontFamily: 'var(--cse-font-ui)',
    fontSize: '0.875rem',
  },

  '.cs-probe': {
    position: 'absolute',
    insetBlockStart: '0',
    insetInlineStart: '0',
    display: 'flex',
    width: 'max-content',
    visibility: 'hidden',
    pointerEvents: 'none',
  },
  '.cs-probe-code': { fontFamily: 'var(--cse-font-code)', fontSize: '0.88em' },
  // A hundredth, so that it makes nothing scroll.
  '.cs-probe-measure': { width: 'calc(var(--cs-measure, 36rem) / 100)' },

  '.cs-selections, .cs-carets': { pointerEvents: 'none' },
  '.cs-selection': { position: 'absolute', backgroundColor: 'color-mix(in srgb, var(--cs-person) 24%, transparent)' },
  '&[data-theme=dark] .cs-selection': { backgroundColor: 'color-mix(in srgb, var(--cs-person) 30%, transparent)' },
  '.cs-caret': { position: 'absolute', width: '2px', marginLeft: '-1px', backgroundColor: 'var(--cs-person)' },
  // On dark paper a dark colour needs a thin light edge to be seen.
  '&[data-theme=dark] .cs-caret': { boxShadow: '0 0 0 1px color-mix(in srgb, var(--cse-ink) 45%, transparent)' },
  '.cs-caret-named::before': {
    content: '""',
    position: 'absolute',
    top: '-3px',
    left: '-2px',
    width: '6px',
    height: '6px',
    borderRadius: '50%',
    backgroundColor: 'var(--cs-person)',
  },
  '.cs-caret-flag': {
    position: 'absolute',
    bottom: '100%',
    left: '-1px',
    padding: '0.15em 0.5em',
    borderRadius: '4px 4px 4px 0',
    backgroundColor: 'var(--cs-person)',
    color: 'var(--cs-person-ink)',
    fontFamily: 'var(--cse-font-ui)',
    fontSize: '0.75rem',
    fontWeight: '600',
    lineHeight: '1.3',
    display: 'flex',
    maxWidth: '16em',
    whiteSpace: 'pre',
    visibility: 'hidden',
    opacity: '0',
    transition: 'opacity 200ms, visibility 200ms',
  },
  '.cs-caret-flag bdi': { overflow: 'hidden', textOverflow: 'ellipsis' },
  // A sign that no name can contain: a disc in the ink of the label.
  '.cs-caret-known::after': {
    content: '"✓"',
    flex: 'none',
    width: '1.3em',
    marginLeft: '0.4em',
    borderRadius: '50%',
    backgroundColor: 'var(--cs-person-ink)',
    color: 'var(--cs-person)',
    textAlign: 'center',
  },
  '.cs-caret-show .cs-caret-flag': { visibility: 'visible', opacity: '1' },
  '.cs-caret-below .cs-caret-flag': { bottom: 'auto', top: '100%', borderRadius: '0 4px 4px 4px' },
  '.cs-caret-leftward .cs-caret-flag': { left: 'auto', right: '-1px', borderRadius: '4px 4px 0 4px' },
  '.cs-caret-leftward.cs-caret-below .cs-caret-flag': { borderRadius: '4px 0 4px 4px' },

  '.cs-follow': {
    position: 'absolute',
    inset: '0',
    zIndex: '200',
    pointerEvents: 'none',
    boxShadow: 'inset 0 0 0 3px var(--cs-person)',
  },
  '.cs-follow[hidden]': { display: 'none' },
  '.cs-follow-label': {
    position: 'absolute',
    bottom: '0',
    left: '50%',
    transform: 'translateX(-50%)',
    maxWidth: '90%',
    padding: '0.3em 0.9em 0.4em',
    borderRadius: '8px 8px 0 0',
    backgroundColor: 'var(--cs-person)',
    color: 'var(--cs-person-ink)',
    fontFamily: 'var(--cse-font-ui)',
    fontSize: '0.8125rem',
    fontWeight: '600',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  '.cs-hint': {
    position: 'absolute',
    insetInlineEnd: '1rem',
    bottom: '1rem',
    zIndex: '190',
    padding: '0.45em 0.9em',
    borderRadius: '8px',
    backgroundColor: 'var(--cse-raised)',
    border: '1px solid var(--cse-hairline)',
    color: 'var(--cse-ink)',
    fontFamily: 'var(--cse-font-ui)',
    fontSize: '0.8125rem',
  },
  '.cs-hint[hidden]': { display: 'none' },
  '.cs-hint kbd': {
    fontFamily: 'inherit',
    fontWeight: '600',
    border: '1px solid var(--cse-hairline)',
    borderRadius: '4px',
    padding: '0 0.35em',
    backgroundColor: 'var(--cse-paper)',
  },
  // A narrow page has no margin for numbers beside running text.
  '&.cs-prose.cs-wrap': { '--cse-narrow-gutter': 'none' },
  '@container (max-width: 30rem)': { '.cm-gutters': { display: 'var(--cse-narrow-gutter, flex)' } },
  '@media (prefers-reduced-motion: reduce)': {
    '.cs-caret-flag, .cm-foldGutter .cm-gutterElement': { transition: 'none' },
  },
  // High contrast replaces every background: people, selections and matches would be invisible.
  '@media (forced-colors: active)': {
    '.cs-caret, .cs-selection, .cs-follow': { forcedColorAdjust: 'none' },
    '.cm-selectionBackground': { forcedColorAdjust: 'none', background: 'Highlight !important' },
    '.cm-searchMatch, .cm-selectionMatch': { outline: '1px solid' },
    '.cm-searchMatch-selected': { outline: '3px solid Highlight' },
    '.cm-cursor': { borderLeftColor: 'CanvasText' },
  },
  // Paper: all of the text, black on white, whatever the theme and the height of the editor.
  '@media print': {
    '.cm-scroller': {
      display: 'block !important',
      height: 'auto !important',
      overflow: 'visible !important',
      background: '#fff',
    },
    '.cm-content': { padding: '0 !important', whiteSpace: 'pre-wrap !important', overflowWrap: 'anywhere' },
    '.cm-line': { padding: '0 !important' },
    '.cm-line, .cm-line *': { color: '#000 !important', background: 'none !important', outline: 'none !important' },
    '.cm-panels, .cm-gutters, .cm-layer, .cs-follow, .cs-hint, .cm-tooltip': { display: 'none !important' },
    '.cm-placeholder': { visibility: 'hidden' },
  },
};
