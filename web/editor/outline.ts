import { forceParsing, syntaxTree, syntaxTreeAvailable } from '@codemirror/language';
import { Compartment, type EditorState, StateEffect } from '@codemirror/state';
import { EditorView, type ViewUpdate } from '@codemirror/view';

/** One heading of a text. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  /** Without its marks; empty for a heading with nothing in it. */
  readonly text: string;
  /** Where its line begins, in UTF-16 units. */
  readonly from: number;
}

/** The headings of a text, and where one is among them. */
export interface Outline {
  readonly headings: readonly Heading[];
  /** Index of the heading that the caret is below; -1 above the first. */
  readonly current: number;
}

/** Waiting longer than this after a change would look as if the outline did not follow, in milliseconds. */
const FOLLOW_MS = 150;

/** How much of a long text is parsed at once, in milliseconds: no key waits longer for it. */
const PARSE_SLICE_MS = 15;

/** 1 to 6, or 0 for what is no heading; by the name of its node in the syntax tree. */
export function headingLevel(node: string): number {
  return Number(/^(?:ATX|Setext)Heading(\d)$/.exec(node)?.[1] ?? 0);
}

/** The headings of a Markdown text, as far as it has been parsed. None in other languages. */
export function headingsOf(state: EditorState): Heading[] {
  const headings: Heading[] = [];
  syntaxTree(state).iterate({
    enter(node) {
      const level = headingLevel(node.name);
      // Headings stand in the document itself or in a quote or list; nothing else holds any.
      if (level === 0)
        return node.type.isTop || ['Blockquote', 'BulletList', 'OrderedList', 'ListItem'].includes(node.name);
      headings.push({
        level,
        text: headingText(state.sliceDoc(node.from, node.to)),
        from: state.doc.lineAt(node.from).from,
      });
      return false;
    },
  });
  return headings;
}

/** The words of a heading: without its marks, emphasis, code ticks and the addresses of its links. */
function headingText(source: string): string {
  return source
    .replace(/^\s{0,3}#{1,6}(?=\s|$)/u, '')
    .replace(/\n[=-]+\s*$/u, '')
    .replace(/(?:^|\s)#+\s*$/u, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1')
    .replace(/(\*\*|__|~~|\*|`)(?=\S)(.*?\S)\1/gu, '$2')
    .replace(/\\([!-/:-@[-`{-~])/gu, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
}

/**
 * Tells the outline of a text now and whenever it changes, no matter who changes it. A long text is parsed to its end in slices
 * meanwhile, so that the outline is whole although nobody has scrolled there.
 * @returns stops it
 */
export function watchOutline(view: EditorView, listener: (outline: Outline) => void): () => void {
  const slot = new Compartment();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;

  const tell = () => {
    timer = null;
    if (stopped) return;
    const headings = headingsOf(view.state);
    const { head } = view.state.selection.main;
    listener({ headings, current: headings.findLastIndex(({ from }) => from <= head) });
    if (!syntaxTreeAvailable(view.state, view.state.doc.length)) {
      timer = setTimeout(() => {
        timer = null;
        forceParsing(view, view.state.doc.length, PARSE_SLICE_MS);
        timer ??= setTimeout(tell, FOLLOW_MS);
      }, FOLLOW_MS);
    }
  };
  const updated = (update: ViewUpdate) => {
    const parsed = syntaxTree(update.startState) !== syntaxTree(update.state);
    if (update.docChanged || update.selectionSet || parsed) timer ??= setTimeout(tell, FOLLOW_MS);
  };

  view.dispatch({ effects: StateEffect.appendConfig.of(slot.of(EditorView.updateListener.of(updated))) });
  tell();
  return () => {
    if (stopped) return;
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    view.dispatch({ effects: slot.reconfigure([]) });
  };
}

/** Puts the caret at a heading and its line at the top of the view. */
export function goToHeading(view: EditorView, { from }: Heading): void {
  const at = Math.min(from, view.state.doc.length);
  view.dispatch({
    selection: { anchor: at },
    effects: EditorView.scrollIntoView(at, { y: 'start', yMargin: 16 }),
    userEvent: 'select',
  });
  view.focus();
}
