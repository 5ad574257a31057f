import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';

/** What the worker is given: the document, and where the one person looks who is measured. */
export interface CrowdOrder {
  readonly state: Uint8Array;
  readonly people: number;
  readonly viewFrom: number;
  readonly viewTo: number;
}

/** What it sends: an edit, or where people are now (an awareness update). */
export type CrowdNews = { readonly update: Uint8Array } | { readonly awareness: Uint8Array };

const TYPING_INTERVAL = 10;
const MOVING_INTERVAL = 50;

/** Of this many people one is in view. */
const ONE_IN_VIEW = 5;

/** Every person moves five times a second. */
const MOVES_PER_SECOND = 5;

self.addEventListener('message', ({ data }: MessageEvent<CrowdOrder>) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, data.state);
  const text = doc.getText(TEXT_FIELD);
  const tell = (news: CrowdNews) => postMessage(news);
  doc.on('update', (update: Uint8Array) => tell({ update }));
  // The same walk in every run.
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const people = Array.from({ length: data.people }, (_, index) => ({
    clientId: 1_000 + index,
    clock: 0,
    at:
      index % ONE_IN_VIEW === 0
        ? data.viewFrom + Math.floor(random() * (data.viewTo - data.viewFrom))
        : Math.floor(random() * text.length),
  }));
  let typing = 0;
  setInterval(() => {
    const person = people[typing % people.length];
    typing += 1;
    if (person === undefined) return;
    text.insert(person.at, typing % 7 === 0 ? ' ' : 'x');
    person.at += 1;
  }, TYPING_INTERVAL);
  let moving = 0;
  const movers = Math.round((people.length * MOVES_PER_SECOND * MOVING_INTERVAL) / 1000);
  setInterval(() => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, movers);
    for (let i = 0; i < movers; i++) {
      const person = people[moving % people.length];
      moving += 1;
      if (person === undefined) continue;
      person.clock += 1;
      const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, person.at));
      const user = { name: `Person ${person.clientId}`, color: '#30bced', colorLight: '#30bced33' };
      encoding.writeVarUint(encoder, person.clientId);
      encoding.writeVarUint(encoder, person.clock);
      encoding.writeVarString(encoder, JSON.stringify({ user, cursor: { anchor: position, head: position } }));
    }
    tell({ awareness: encoding.toUint8Array(encoder) });
  }, MOVING_INTERVAL);
});
