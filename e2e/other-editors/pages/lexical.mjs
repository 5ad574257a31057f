import { LexicalCollaboration } from '@lexical/react/LexicalCollaborationContext';
import { CollaborationPlugin } from '@lexical/react/LexicalCollaborationPlugin';
import { LexicalComposer } from '@lexical/react/LexicalComposer';
import { useLexicalComposerContext } from '@lexical/react/LexicalComposerContext';
import { ContentEditable } from '@lexical/react/LexicalContentEditable';
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary';
import { RichTextPlugin } from '@lexical/react/LexicalRichTextPlugin';
import { $getSelection } from 'lexical';
import { createElement as h, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { awareness, doc, isFirst, provider, ready } from './desk.mjs';
import { shownAfresh } from './lexical-afresh.mjs';

const { name, color } = awareness.getLocalState().user;

function Desk() {
  const [editor] = useLexicalComposerContext();
  useEffect(
    () =>
      ready(
        () => shownAfresh(doc),
        () => editor.read(() => $getSelection()?.getTextContent() ?? ''),
      ),
    [editor],
  );
  return null;
}

createRoot(document.querySelector('main')).render(
  h(
    LexicalCollaboration,
    null,
    h(
      LexicalComposer,
      {
        initialConfig: {
          namespace: 'desk',
          editorState: null,
          onError: (error) => {
            throw error;
          },
        },
      },
      h(RichTextPlugin, { contentEditable: h(ContentEditable), ErrorBoundary: LexicalErrorBoundary }),
      h(CollaborationPlugin, {
        id: 'main',
        providerFactory: (id, docs) => {
          docs.set(id, doc);
          return provider;
        },
        shouldBootstrap: isFirst,
        username: name,
        cursorColor: color,
      }),
      h(Desk),
    ),
  ),
);
