import type { EditorState, Extension, SelectionRange } from '@codemirror/state';
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/**
 * A piece that is dragged within the editor is dropped as it is by then. The browser carries the text of the moment when the
 * drag began: what others wrote in the piece meanwhile would go away with its old place.
 */
export function dragLiveText(): Extension {
  return dragging;
}

const dragging = ViewPlugin.define(
  () => {
    const plugin = {
      piece: null as SelectionRange | null,
      update({ docChanged, changes }: ViewUpdate) {
        if (docChanged && plugin.piece !== null) plugin.piece = plugin.piece.map(changes);
      },
    };
    return plugin;
  },
  {
    eventObservers: {
      dragstart(event, view) {
        // A widget that is dragged is the editor's own affair.
        const isWidget = event.target instanceof HTMLElement && event.target.draggable;
        this.piece = isWidget ? null : view.state.selection.main;
      },
      dragend() {
        this.piece = null;
      },
    },
    eventHandlers: {
      drop(event, view) {
        const { piece } = this;
        this.piece = null;
        if (piece === null || view.state.readOnly) return false;
        // Others may have taken away all of it.
        if (!piece.empty) drop(view, piece, event);
        event.preventDefault();
        return true;
      },
    },
  },
);

function drop(view: EditorView, { from, to }: SelectionRange, event: DragEvent): void {
  const { state } = view;
  const isMove = movesText(state, event);
  const place = view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
  view.focus();
  if (isMove && place >= from && place <= to) return;
  const insert = { from: place, insert: state.doc.slice(from, to) };
  const changes = state.changes(isMove ? [{ from, to }, insert] : insert);
  view.dispatch({
    changes,
    selection: { anchor: changes.mapPos(place, -1), head: changes.mapPos(place, 1) },
    userEvent: isMove ? 'move.drop' : 'input.drop',
  });
}

/** Whether a drop moves the text or copies it: by the keys, as everywhere in the system. */
function movesText(state: EditorState, event: DragEvent): boolean {
  const [own] = state.facet(EditorView.dragMovesSelection);
  return own?.(event) ?? !(/Mac|iP/.test(navigator.platform) ? event.altKey : event.ctrlKey);
}
