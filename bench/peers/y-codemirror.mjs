import { markdown } from '@codemirror/lang-markdown';
import { basicSetup, EditorView } from 'codemirror';
import { yCollab } from 'y-codemirror.next';

const setup = [basicSetup, markdown(), EditorView.lineWrapping];

/** A CodeMirror as its documentation sets it up, bound by y-codemirror.next. */
export function openEditor(parent, text, awareness) {
  return new EditorView({ parent, doc: text.toString(), extensions: [setup, yCollab(text, awareness)] });
}

/** The same bound to nothing: the floor. */
export function openBareEditor(parent, content) {
  return new EditorView({ parent, doc: content, extensions: setup });
}
