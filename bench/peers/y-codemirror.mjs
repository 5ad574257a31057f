import { markdown } from '@codemirror/lang-markdown';
import { basicSetup, EditorView } from 'codemirror';
import { yCollab } from 'y-codemirror.next';

/** A CodeMirror as its documentation sets it up, bound by y-codemirror.next. */
export function openEditor(parent, text, awareness) {
  const extensions = [basicSetup, markdown(), EditorView.lineWrapping, yCollab(text, awareness)];
  return new EditorView({ parent, doc: text.toString(), extensions });
}
