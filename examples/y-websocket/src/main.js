import { defaultKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import './style.css';

// The one line that changed for Coscribe. It was:
//   const server = 'ws://127.0.0.1:4321';
const server = 'ws://127.0.0.1:1234/sync';

const doc = new Y.Doc();
const provider = new WebsocketProvider(server, 'y-websocket-example', doc);
const text = doc.getText('codemirror');

const name = new URLSearchParams(location.search).get('name') ?? 'Ada';
provider.awareness.setLocalStateField('user', {
  name,
  color: name === 'Ada' ? '#a4502e' : '#2f6f9f',
  colorLight: name === 'Ada' ? '#a4502e40' : '#2f6f9f40',
});

new EditorView({
  parent: /** @type {Element} */ (document.querySelector('#editor')),
  state: EditorState.create({
    doc: text.toString(),
    extensions: [
      lineNumbers(),
      drawSelection(),
      EditorView.lineWrapping,
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      yCollab(text, provider.awareness),
    ],
  }),
});

const status = /** @type {Element} */ (document.querySelector('#status'));
provider.on('status', (event) => {
  status.textContent = event.status;
});
