import { createYjsBinding, syncYjsChangesToLexical } from '@lexical/yjs';
import { createEditor } from 'lexical';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

/** What a Lexical shows that is opened with a document as it is now. What it tidies up on opening goes into a copy. */
export function shownAfresh(doc) {
  const copy = new Y.Doc();
  const awareness = new Awareness(copy);
  const editor = createEditor({
    namespace: 'afresh',
    onError: (error) => {
      throw error;
    },
  });
  editor.setRootElement(document.createElement('div'));
  const binding = createYjsBinding({ editor, id: 'main', doc: copy, docMap: new Map([['main', copy]]) });
  const nothing = () => undefined;
  binding.root
    .getSharedType()
    .observeDeep((events) => syncYjsChangesToLexical(binding, { awareness }, events, false, nothing));
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  // What waits is done at once.
  editor.update(nothing, { discrete: true });
  const shown = editor.getEditorState().toJSON();
  editor.setRootElement(null);
  awareness.destroy();
  copy.destroy();
  return shown;
}
