import { EditorView } from 'codemirror';
import { yCollab } from 'y-codemirror.next';
import { setup } from './codemirror.mjs';

/** A CodeMirror as its documentation sets it up, bound by y-codemirror.next. */
export function openEditor(parent, text, awareness) {
  return new EditorView({ parent, doc: text.toString(), extensions: [setup, yCollab(text, awareness)] });
}
