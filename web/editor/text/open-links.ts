import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** How far from a place an address may begin or end, in UTF-16 units, so that a long line costs nothing. */
const REACH = 2_000;
/** An address in running text, without the stop or bracket behind it. */
const ADDRESS = /\b(?:https?:\/\/|mailto:)(?:\([^\s()<>"]*\)|[^\s()<>"`])*(?:\([^\s()<>"]*\)|[^\s()<>"`.,;:!?'*_\]])/gi;
/** What may be opened. Others, as `javascript:`, would do something to this page or this machine. */
const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Ctrl and a click (⌘ on a Mac) open the address in the text, in a new tab that knows nothing of this one. */
export function openLinks(): Extension {
  const isMac = /Mac|iP/.test(navigator.platform);
  const addressUnder = (event: MouseEvent, view: EditorView): string | null => {
    if (event.button !== 0 || !(isMac ? event.metaKey : event.ctrlKey)) return null;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (position === null) return null;
    // Beside the end of a line the nearest position is its end.
    const { from, to } = view.state.doc.lineAt(position);
    if (position === to && position > from && event.clientX > (view.coordsAtPos(to, -1)?.right ?? 0)) return null;
    return addressAt(view.state, position);
  };
  return EditorView.domEventHandlers({
    // Otherwise it would begin a second caret.
    mousedown: (event, view) => addressUnder(event, view) !== null,
    click(event, view) {
      const address = addressUnder(event, view);
      if (address === null) return false;
      window.open(address, '_blank', 'noopener,noreferrer');
      return true;
    },
  });
}

/** The address that is written at a position, or behind the link text there. */
export function addressAt(state: EditorState, position: number): string | null {
  const line = state.doc.lineAt(position);
  const start = Math.max(line.from, position - REACH);
  const text = state.sliceDoc(start, Math.min(line.to, position + REACH));
  for (const { index, 0: address } of text.matchAll(ADDRESS)) {
    if (start + index <= position && position <= start + index + address.length) return allowed(address);
  }
  let node = syntaxTree(state).resolveInner(position, 1);
  while (node.name !== 'Link' && node.name !== 'Image' && node.parent !== null) node = node.parent;
  const url = node.getChild('URL');
  return url === null ? null : allowed(state.sliceDoc(url.from, url.to).replace(/^<|>$/g, ''));
}

/** An address as it may be opened; null for one of another kind, or of no kind. */
function allowed(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return PROTOCOLS.has(protocol) ? href : null;
  } catch {
    return null;
  }
}
