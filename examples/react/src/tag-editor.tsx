import 'coscribe/editor';
import type { Person } from 'coscribe/editor';
import { useState } from 'react';

/** Where a document is and who writes in it here. */
export interface SharedNote {
  server: string;
  document: string;
  userName: string;
  userColor: string;
}

/** The tag, with who is there and whether all is saved told by its events. */
export function TagEditor(note: SharedNote) {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [saved, setSaved] = useState(true);

  return (
    <section>
      <ul className="people" aria-label="Here now">
        {people.map(({ clientId, name, color }) => (
          <li key={clientId} style={{ borderColor: color }}>
            {name}
          </li>
        ))}
      </ul>
      <coscribe-editor
        {...note}
        className="editor"
        label="Note"
        placeholder="Write something"
        onpeople={({ detail }) => setPeople(detail.people)}
        onsaved={({ detail }) => setSaved(detail.saved)}
        onerror={({ detail }) => console.warn(detail.code, detail.message)}
      />
      <p className="hint">{saved ? 'Everything is on the server.' : 'Saving …'}</p>
    </section>
  );
}
