import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type CoscribeEditor, createEditor, type EditorOptions, listPeople } from '../../../web/editor/index.ts';

/** One person on the page: an editor on a document of their own, linked to the others through updates in memory. */
export interface Desk {
  doc: Y.Doc;
  text: Y.Text;
  awareness: Awareness;
  editor: CoscribeEditor;
  errors: string[];
  /** Frames of document updates that this person sent, with their sizes in bytes. */
  sent: number[];
  /** Awareness messages that this person sent. */
  told: number;
  offline: boolean;
}

const desks = new Map<string, Desk>();
const colors: Record<string, string> = { alice: '#b4452f', bob: '#2f6fb4', carol: '#3d7d3a' };

function others(desk: Desk): Desk[] {
  return [...desks.values()].filter((other) => other !== desk && !other.offline);
}

function catchUp(from: Desk, to: Desk): void {
  Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), 'network');
  applyAwarenessUpdate(
    to.awareness,
    encodeAwarenessUpdate(from.awareness, [...from.awareness.getStates().keys()]),
    'network',
  );
}

const harness = {
  Y,
  desks,
  listPeople,
  /** JoinedPeople a person. `content` is inserted into the shared text before the editor opens. */
  open(name: string, options: Partial<EditorOptions> & { content?: string } = {}): void {
    const { content, ...editorOptions } = options;
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    const text = editorOptions.text ?? doc.getText(editorOptions.field ?? 'content');
    const pane = document.body.appendChild(document.createElement('section'));
    pane.id = name;
    const desk: Partial<Desk> = { doc, text, awareness, errors: [], sent: [], told: 0, offline: false };
    const seated = desk as Desk;
    for (const other of others(seated)) catchUp(other, seated);
    if (content !== undefined && text.length === 0) text.insert(0, content);
    desks.set(name, seated);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network') return;
      seated.sent.push(update.length);
      if (seated.offline) return;
      for (const other of others(seated)) Y.applyUpdate(other.doc, update, 'network');
    });
    awareness.on('update', (change: { added: number[]; updated: number[]; removed: number[] }, origin: unknown) => {
      if (origin === 'network') return;
      seated.told++;
      if (seated.offline) return;
      const update = encodeAwarenessUpdate(awareness, [...change.added, ...change.updated, ...change.removed]);
      for (const other of others(seated)) applyAwarenessUpdate(other.awareness, update, 'network');
    });
    seated.editor = createEditor(pane, {
      doc,
      awareness,
      user: { name, color: colors[name] ?? '#8a4fb0' },
      onError: (error) => seated.errors.push(String(error)),
      ...editorOptions,
    });
    if (content !== undefined) for (const other of others(seated)) catchUp(seated, other);
    for (const other of others(seated)) {
      applyAwarenessUpdate(other.awareness, encodeAwarenessUpdate(awareness, [awareness.clientID]), 'network');
    }
  },
  desk(name: string): Desk {
    const desk = desks.get(name);
    if (desk === undefined) throw new Error(`nobody called ${name} is here`);
    return desk;
  },
  /** Cuts a person off, or lets them back in with everything both sides missed. */
  setOffline(name: string, offline: boolean): void {
    const desk = harness.desk(name);
    desk.offline = offline;
    if (offline) return;
    for (const other of others(desk)) {
      catchUp(desk, other);
      catchUp(other, desk);
    }
  },
  /** A person goes: their editor is destroyed and their presence removed everywhere. */
  leave(name: string): void {
    const desk = harness.desk(name);
    desk.editor.destroy();
    desks.delete(name);
    for (const other of desks.values()) removeAwarenessStates(other.awareness, [desk.awareness.clientID], 'network');
    desk.doc.destroy();
    document.getElementById(name)?.remove();
  },
  /** Adds people who only have presence, each with a caret somewhere in the text. */
  crowd(count: number, selectAll = false): void {
    const [first] = desks.values();
    if (first === undefined) return;
    for (let i = 0; i < count; i++) {
      const awareness = new Awareness(new Y.Doc());
      const at = (index: number) => ({ ...Y.createRelativePositionFromTypeIndex(first.text, index) });
      const index = Math.floor((i / count) * first.text.length);
      awareness.setLocalState({
        user: { name: `guest ${i}`, color: '#5b63c4' },
        cursor: selectAll ? { anchor: at(0), head: at(first.text.length) } : { anchor: at(index), head: at(index) },
      });
      const update = encodeAwarenessUpdate(awareness, [awareness.clientID]);
      for (const desk of desks.values()) applyAwarenessUpdate(desk.awareness, update, 'network');
      awareness.destroy();
    }
  },
};

export type Harness = typeof harness;

declare global {
  interface Window {
    harness: Harness;
  }
}

window.harness = harness;
