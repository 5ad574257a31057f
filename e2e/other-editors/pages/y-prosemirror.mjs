import { exampleSetup } from 'prosemirror-example-setup';
import { schema } from 'prosemirror-schema-basic';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { yCursorPlugin, ySyncPlugin, yUndoPlugin } from 'y-prosemirror';
import 'prosemirror-view/style/prosemirror.css';
import { awareness, doc, ready } from './desk.mjs';

const view = new EditorView(document.querySelector('main'), {
  state: EditorState.create({
    schema,
    plugins: [
      ySyncPlugin(doc.getXmlFragment('prosemirror')),
      yCursorPlugin(awareness),
      yUndoPlugin(),
      ...exampleSetup({ schema, history: false, menuBar: false }),
    ],
  }),
});
ready(
  () => view.state.doc.toJSON(),
  () => view.state.doc.textBetween(view.state.selection.from, view.state.selection.to),
);
