import { BlockNoteEditor } from '@blocknote/core';
import '@blocknote/core/style.css';
import { awareness, doc, provider, ready } from './desk.mjs';

const editor = BlockNoteEditor.create({
  collaboration: { provider, fragment: doc.getXmlFragment('blocknote'), user: awareness.getLocalState().user },
});
editor.mount(document.querySelector('main'));
ready(
  () => editor.document,
  () => editor.getSelectedText(),
);
