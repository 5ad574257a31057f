import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { craftUpdate, insertion } from '../../server/testing/craft-update.ts';
import { CoscribeProvider } from '../../web/provider/provider.ts';
import { Crowd } from '../harness/crowd.ts';
import { Person } from '../harness/person.ts';
import { removeFolder, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { storeDocument } from '../harness/stored-document.ts';
import { pause, until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

const SESSIONS = 10_000;
/** Words of each session. */
const LENGTH = 20;

/** A text to which this many clients each appended a few words. */
function writtenByMany(): Uint8Array {
  const words = 'a few words of mine. '.slice(0, LENGTH);
  const blocks = Array.from({ length: SESSIONS }, (_, index) => ({
    client: 10_000_000 + index * 7,
    clock: 0,
    structs: [insertion(words, index === 0 ? {} : { origin: [10_000_000 + (index - 1) * 7, LENGTH - 1] as const })],
  }));
  const doc = new Y.Doc();
  Y.applyUpdate(doc, craftUpdate(blocks));
  return Y.encodeStateAsUpdate(doc);
}

/** Milliseconds of the server's CPU for an update when one person types into `name` and one reads. */
async function serverCost(server: ServerUnderTest, name: string): Promise<number> {
  const crowd = await Crowd.gather(server, { documents: 1, people: 2, typing: 1, documentName: name });
  const { cpuSeconds, updates } = await crowd.type(100, { warmUp: 2_500, milliseconds: 5_000 });
  crowd.leave();
  return (cpuSeconds * 1000) / updates;
}

/** Milliseconds of a keystroke in a document with this state, without an editor: what Yjs makes of it. */
function keystrokeCost(state: Uint8Array | null): number {
  const doc = new Y.Doc();
  if (state !== null) Y.applyUpdate(doc, state);
  const text = doc.getText(TEXT_FIELD);
  doc.on('update', () => undefined);
  const end = text.length;
  const type = (count: number) => {
    for (let i = 0; i < count; i++) text.insert(end + i, 'x');
  };
  type(100);
  const started = performance.now();
  for (let i = 0; i < 300; i++) text.insert(end + 100 + i, 'x');
  return (performance.now() - started) / 300;
}

/** What a client that joins the document gets. */
async function stateAt(server: ServerUnderTest, name: string): Promise<Uint8Array> {
  const person = new Person({ server, documentName: name, clientId: 5 });
  let body: Uint8Array | null = null;
  person.onSynced = (message, offset) => {
    const shift = lengthOfVarUint(message, offset);
    body = message.slice(offset + shift);
  };
  await person.connect();
  await until(20_000, 'the document', () => body !== null);
  person.leave();
  if (body === null) throw new Error('no document came');
  return body;
}

function lengthOfVarUint(message: Uint8Array, at: number): number {
  let length = 1;
  while ((message[at + length - 1] ?? 0) > 127) length += 1;
  return length;
}

/** How many sessions of our own client write one after the other. */
const OWN_SESSIONS = 100;

/** A document after sessions of the real provider, each of which comes, types, has it saved, and leaves. */
async function writtenByOwnSessions(server: ServerUnderTest): Promise<Y.Doc> {
  let last = new Y.Doc();
  for (let i = 0; i < OWN_SESSIONS; i++) {
    const doc = new Y.Doc();
    const provider = new CoscribeProvider(`${server.url.replace('http', 'ws')}/sync`, 'own', doc, {
      WebSocket,
      offline: false,
    });
    await until(10_000, 'a session to be synced', () => provider.synced);
    doc.getText(TEXT_FIELD).insert(doc.getText(TEXT_FIELD).length, 'word ');
    await until(10_000, 'a session to be saved', () => provider.saved);
    last = doc;
    provider.destroy();
    // It says goodbye over the network like everybody.
    await pause(5);
  }
  return last;
}

export const pastSessions: Line = {
  name: 'past-sessions',
  title: 'a document with 10,000 past sessions: cost of an update at the server and of a keystroke in a client',
  limit: 110,
  async run(say) {
    const data = temporaryFolder();
    const state = writtenByMany();
    await storeDocument(data, 'past-0', [state], state);
    const server = await ServerUnderTest.start('coscribe', { data });
    try {
      const fresh = await serverCost(server, 'fresh-');
      const past = await serverCost(server, 'past-');
      const freshKey = keystrokeCost(null);
      const plainKey = keystrokeCost(state);
      const servedKey = keystrokeCost(await stateAt(server, 'past-0'));
      const own = await writtenByOwnSessions(server);
      const ids = own.store.clients.size;
      const ownKey = keystrokeCost(Y.encodeStateAsUpdate(own));
      say(`${ids} client ids after ${OWN_SESSIONS} sessions of our own client`);
      say(
        `server ${figure(fresh)} -> ${figure(past)} ms an update; client ${figure(freshKey)} -> ${figure(servedKey)} ms a key`,
      );
      return [
        {
          work: 'a document with 10,000 past sessions: server CPU of an update',
          ours: `${figure(past)} ms`,
          peers: `a fresh document ${figure(fresh)} ms`,
          ratio: times(past / fresh),
          target: 'under 5 x a fresh document',
          met: past < 5 * fresh,
        },
        {
          work: `a keystroke in a client, Yjs alone, after ${OWN_SESSIONS} sessions of our own client (they leave ${ids} client ids, which the next ones take over)`,
          ours: `${figure(ownKey)} ms`,
          peers: `a fresh document ${figure(freshKey)} ms`,
          ratio: times(ownKey / freshKey),
          target: 'under 5 x a fresh document',
          met: ids < OWN_SESSIONS / 10 && ownKey < 5 * freshKey,
        },
        {
          work: 'the same after 10,000 sessions of other clients, each with an id of its own',
          ours: `${figure(servedKey)} ms`,
          peers: `as it was written ${figure(plainKey)} ms`,
          ratio: times(servedKey / freshKey),
          target: 'under 5 x a fresh document',
          met: servedKey < 5 * freshKey,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(data);
    }
  },
};
