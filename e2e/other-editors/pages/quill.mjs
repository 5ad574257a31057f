import Quill from 'quill';
import QuillCursors from 'quill-cursors';
import { QuillBinding } from 'y-quill';
import 'quill/dist/quill.core.css';
import { awareness, doc, ready } from './desk.mjs';

Quill.register('modules/cursors', QuillCursors);
const quill = new Quill(document.querySelector('main'), {
  modules: { cursors: true, history: { userOnly: true } },
});
new QuillBinding(doc.getText('quill'), quill, awareness);
ready(
  () => quill.getContents().ops,
  () => quill.getText(quill.getSelection()),
);
