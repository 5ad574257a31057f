import { markdown } from '@codemirror/lang-markdown';
import { basicSetup, EditorView } from 'codemirror';

/** A CodeMirror with Markdown as its documentation sets it up. */
export const setup = [basicSetup, markdown(), EditorView.lineWrapping];

/** One that is bound to nothing: the floor. */
export function openBareEditor(parent, content) {
  return new EditorView({ parent, doc: content, extensions: setup });
}
