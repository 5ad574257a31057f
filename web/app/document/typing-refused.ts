import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const EDITING_KEYS = ['Backspace', 'Delete', 'Enter'];

/** Tells somebody who tries to write in a text that is read-only: nothing else would happen, as if the page had stopped. */
export function typingRefused(tell: () => void): Extension {
  return EditorView.domEventHandlers({
    keydown(event, view) {
      if (view.state.readOnly && isTyping(event)) tell();
      return false;
    },
    paste(_event, view) {
      if (view.state.readOnly) tell();
      return false;
    },
  });
}

/** Whether a key would change a text that can be written in. The space bar scrolls one that cannot. */
function isTyping({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  return (key.length === 1 && key !== ' ') || EDITING_KEYS.includes(key);
}
