import { createEditor } from 'coscribe/editor';
import { CoscribeProvider } from 'coscribe/provider';
import { useEffect, useRef } from 'react';
import * as Y from 'yjs';
import type { SharedNote } from './tag-editor.tsx';

/** The same without the tag: document, provider and editor put together, and taken apart again when React says so. */
export function OwnEditor({ server, document, userName, userColor }: SharedNote) {
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (frame.current === null) return;
    const doc = new Y.Doc();
    const provider = new CoscribeProvider(`${server}/sync`, document, doc);
    const editor = createEditor(frame.current, {
      doc,
      awareness: provider.awareness,
      user: { name: userName, color: userColor },
      label: 'Note',
      placeholder: 'Write something',
    });
    // In strict mode React mounts, takes away and mounts again: whatever was opened above has to be closed here.
    return () => {
      editor.destroy();
      provider.destroy();
      doc.destroy();
    };
  }, [server, document, userName, userColor]);

  return (
    <section>
      <div className="editor" ref={frame} />
      <p className="hint">Document, provider and editor are this component’s own.</p>
    </section>
  );
}
