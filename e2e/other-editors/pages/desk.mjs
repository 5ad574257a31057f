import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

const order = new URLSearchParams(location.hash.slice(1));

/** A document and stock y-websocket, as any application has them; the test says in the address where the server is. */
export const doc = new Y.Doc();
export const provider = new WebsocketProvider(order.get('server'), order.get('document'), doc, {
  // People in one browser must meet through the server, and need not wait long for it when it is back.
  disableBc: true,
  maxBackoffTime: 200,
  // Lexical connects by itself.
  connect: false,
});
export const { awareness } = provider;
awareness.setLocalStateField('user', { name: order.get('name'), color: order.get('color') });

/** The first of the people: some editors need to be told who puts the empty paragraph into a new document. */
export const isFirst = order.has('first');

/**
 * Tells the test what is on this page, and connects.
 * @param {() => unknown} shown what the editor holds, as JSON
 * @param {() => string} selected the words that are selected
 */
export function ready(shown, selected) {
  window.desk = {
    isSynced: () => provider.synced,
    selected,
    written: () => Y.getState(doc.store, doc.clientID),
    content: () => ({
      shown: shown(),
      held: Object.fromEntries([...doc.share].map(([name, type]) => [name, described(type)])),
      operations: operations(),
    }),
  };
  provider.connect();
}

/** What a shared type holds, in full. */
function described(type) {
  if (type instanceof Y.XmlText || type instanceof Y.Text) {
    const parts = type.toDelta().map(({ insert, attributes }) => ({ insert: described(insert), attributes }));
    return { attributes: sorted(type.getAttributes()), parts };
  }
  if (type instanceof Y.XmlElement) {
    return { name: type.nodeName, attributes: sorted(type.getAttributes()), children: type.toArray().map(described) };
  }
  if (type instanceof Y.XmlFragment || type instanceof Y.Array) return type.toArray().map(described);
  if (type instanceof Y.Map) return sorted(type.toJSON());
  return type;
}

/** Maps list their keys in the order in which they arrived. */
function sorted(attributes) {
  return Object.fromEntries(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Which operations are there and which are deleted, the same for the same set in whatever order they came. */
function operations() {
  return Array.from(Y.encodeSnapshot(Y.snapshot(doc)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
