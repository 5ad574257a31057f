import { useState } from 'react';
import { OwnEditor } from './own-editor.tsx';
import { TagEditor } from './tag-editor.tsx';

const SERVER = 'http://127.0.0.1:1234';
const NOTES = ['Groceries', 'Reading'] as const;
const WAYS = ['Tag', 'createEditor', 'Closed'] as const;

/** Who is at this window, which your application knows. Here the address says it: `?name=Bob`. */
const userName = new URLSearchParams(location.search).get('name') ?? 'Ada';
const userColor = userName === 'Ada' ? '#a4502e' : '#2f6f9f';

/** A notebook: each note is a document, shown with the tag or with an editor of one's own. */
export function App() {
  const [note, setNote] = useState<(typeof NOTES)[number]>('Groceries');
  const [way, setWay] = useState<(typeof WAYS)[number]>('Tag');
  const shared = { server: SERVER, document: `react-example/${note.toLowerCase()}`, userName, userColor };

  return (
    <>
      <header>
        <h1>Notebook</h1>
        <nav>
          <Choice label="Note" options={NOTES} chosen={note} choose={setNote} />
          <Choice label="Shown with" options={WAYS} chosen={way} choose={setWay} />
        </nav>
      </header>
      {way === 'Tag' && <TagEditor {...shared} />}
      {way === 'createEditor' && <OwnEditor {...shared} />}
      {way === 'Closed' && <p className="hint">The editor is gone, and its connection with it.</p>}
    </>
  );
}

function Choice<Option extends string>(props: {
  label: string;
  options: readonly Option[];
  chosen: Option;
  choose: (option: Option) => void;
}) {
  return (
    <fieldset>
      <legend>{props.label}</legend>
      {props.options.map((option) => (
        <button key={option} type="button" aria-pressed={option === props.chosen} onClick={() => props.choose(option)}>
          {option}
        </button>
      ))}
    </fieldset>
  );
}
