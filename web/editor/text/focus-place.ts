import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * The selection is where it was at once when the text gets the focus back. A browser puts it at the start, and CodeMirror back in its
 * place some time later: a key pressed in between, after Escape in a dialog for instance, would be lost or typed at the start.
 */
export function focusPlace(): Extension {
  return EditorView.domEventObservers({ focus: (_event, view) => view.focus() });
}
