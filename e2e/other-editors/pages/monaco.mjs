import * as monaco from 'monaco-editor';
import { MonacoBinding } from 'y-monaco';
import { awareness, doc, ready } from './desk.mjs';

window.MonacoEnvironment = { getWorker: () => new Worker('/monaco-worker.js', { type: 'module' }) };

const editor = monaco.editor.create(document.querySelector('main'), { language: 'plaintext', quickSuggestions: false });
new MonacoBinding(doc.getText('monaco'), editor.getModel(), new Set([editor]), awareness);
ready(
  () => editor.getModel().getValue(),
  () => editor.getModel().getValueInRange(editor.getSelection()),
);
