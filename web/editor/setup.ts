import { defaultKeymap } from '@codemirror/commands';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import {
  crosshairCursor,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  type KeyBinding,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view';
import { measuredCarets } from './carets/measure-again.ts';
import { dragLiveText } from './text/drag-live-text.ts';
import { focusPlace } from './text/focus-place.ts';
import { keyboardRing } from './text/keyboard-ring.ts';
import { lineDirection } from './text/line-direction.ts';
import { lineEndings } from './text/line-endings.ts';
import { openLinks } from './text/open-links.ts';
import { tabIndents } from './text/tab-hint.ts';

/** Outside Markdown these do nothing; left to the browser, they would format what is plain text. */
const formattingKeys: readonly KeyBinding[] = ['Mod-b', 'Mod-i', 'Mod-u'].map((key) => ({ key, preventDefault: true }));
/** CodeMirror's keys, without the one that selects syntax where people expect italics. */
const ownKeys = defaultKeymap.filter(({ key }) => key !== 'Mod-i');

/** What every editor does, whatever its text, language and theme. What can wait a moment is in code/typing-help.ts. */
export function setup(): Extension {
  return [
    lineEndings(),
    EditorState.allowMultipleSelections.of(true),
    lineDirection(),
    measuredCarets(),
    dropCursor(),
    rectangularSelection(),
    crosshairCursor(),
    highlightActiveLine(),
    bracketMatching(),
    codeFolding(),
    indentOnInput(),
    tabIndents(),
    openLinks(),
    dragLiveText(),
    focusPlace(),
    keyboardRing(),
    keymap.of([...foldKeymap, ...formattingKeys, ...ownKeys]),
  ];
}

/** The gutter with line numbers and fold markers. */
export function gutter(): Extension {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    foldGutter({
      markerDOM(open) {
        const marker = document.createElement('span');
        marker.textContent = open ? '⌄' : '›';
        marker.title = open ? 'Fold this section' : 'Unfold this section';
        if (!open) marker.className = 'cs-folded';
        return marker;
      },
    }),
    EditorView.editorAttributes.of({ class: 'cs-numbers' }),
  ];
}
