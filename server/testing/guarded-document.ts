import { expect } from 'vitest';
import * as Y from 'yjs';
import { createServerDoc } from '../document/server-doc.ts';
import { Gate, type GateOptions, type Sender } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-scan.ts';
import { craftUpdate, insertion, type UnitId } from './craft-update.ts';
import { contentOf } from './rich-document.ts';

const FIELD = 'content';
export const alice: Sender = { id: 1, person: null };
export const bob: Sender = { id: 2, person: null };
export const mallory: Sender = { id: 3, person: null };

/** A guarded document, and what became of the updates it was offered. */
export class Guarded {
  readonly doc = createServerDoc();
  readonly gate: Gate;
  readonly emitted: Uint8Array[] = [];

  constructor(options: GateOptions = { kind: 'text', field: FIELD }) {
    this.doc.clientID = 1_000_000;
    this.gate = new Gate(this.doc, options);
    this.doc.on('update', (update: Uint8Array) => this.emitted.push(update));
  }

  get text(): string {
    return this.doc.getText(FIELD).toString();
  }

  /** Admits and applies: `applied`, `gap`, or the code of the refusal. Checks what must hold whatever comes. */
  offer(update: Uint8Array, { sender = alice, merge = false } = {}): string {
    let result: string;
    try {
      result = this.gate.admit(update, sender, merge);
      if (result === 'pass') result = this.doc.transact(() => this.gate.apply(update, sender, merge));
    } catch (error) {
      if (!(error instanceof UpdateRefused)) throw error;
      result = error.code;
    }
    this.checkSound();
    return result;
  }

  /** Nothing is pending, and the saved state gives the same content, as does everything that was emitted. */
  checkSound(): void {
    expect([this.doc.store.pendingStructs, this.doc.store.pendingDs]).toEqual([null, null]);
    const content = contentOf(this.doc);
    const reloaded = createServerDoc();
    Y.applyUpdate(reloaded, Y.encodeStateAsUpdate(this.doc));
    expect(contentOf(reloaded)).toEqual(content);
    const follower = createServerDoc();
    for (const update of this.emitted) Y.applyUpdate(follower, update);
    expect(contentOf(follower)).toEqual(content);
    const loaded = createServerDoc();
    loaded.transact(() => {
      for (const update of this.emitted) Y.applyUpdate(loaded, update);
    });
    expect(contentOf(loaded)).toEqual(content);
  }
}

/** A client's document whose updates are collected. */
export function client(clientId: number, gc = true) {
  const doc = new Y.Doc({ gc });
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'server') updates.push(update);
  });
  return { doc, text: doc.getText(FIELD), updates };
}

/** An update that inserts `text` as one struct. */
export const insert = (
  clientId: number,
  clock: number,
  text: string,
  position: { origin?: UnitId; right?: UnitId } = {},
) => craftUpdate([{ client: clientId, clock, structs: [insertion(text, position)] }]);

/** An update that deletes units of one client. */
export const remove = (clientId: number, clock: number, length: number) =>
  craftUpdate([], [{ client: clientId, ranges: [[clock, length]] }]);
