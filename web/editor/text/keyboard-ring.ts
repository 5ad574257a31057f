import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * A focus ring for those who come by Tab. Browsers count a text field as focus-visible however it was reached, which would
 * frame the page at every click. What tells Tab: its key goes down outside the editor and comes up inside.
 */
export function keyboardRing(): Extension {
  let pressedInside = false;
  const hide = (_event: Event, view: EditorView) => view.scrollDOM.classList.remove('cs-ring');
  return EditorView.domEventObservers({
    focus: () => {
      pressedInside = false;
    },
    keydown: () => {
      pressedInside = true;
    },
    keyup(event, view) {
      if (event.key === 'Tab' && !pressedInside) view.scrollDOM.classList.add('cs-ring');
    },
    blur: hide,
    pointerdown: hide,
  });
}
