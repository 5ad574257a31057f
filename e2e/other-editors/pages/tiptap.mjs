import { Editor } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import StarterKit from '@tiptap/starter-kit';
import { doc, ready } from './desk.mjs';

const editor = new Editor({
  element: document.querySelector('main'),
  extensions: [StarterKit.configure({ undoRedo: false }), Collaboration.configure({ document: doc })],
});
ready(
  () => editor.getJSON(),
  () => editor.state.doc.textBetween(editor.state.selection.from, editor.state.selection.to),
);
