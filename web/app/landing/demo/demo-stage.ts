import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../../../protocol/version.ts';
import { selectionShade } from '../../device/person-colors.ts';
import { DEMO_START, type DemoPerson } from './demo-script.ts';
import { DemoWriter } from './demo-writer.ts';

/**
 * The simulated people, each with a document of their own, and the sheet that shows what they write. Their edits travel as
 * Yjs updates, in this page only.
 */
export class DemoStage {
  /** What the sheet shows. */
  readonly doc = new Y.Doc();
  /** Who is on the sheet and where. */
  readonly awareness = new Awareness(this.doc);
  readonly #writers: DemoWriter[] = [];
  readonly #presences: Awareness[] = [];

  constructor(people: readonly DemoPerson[]) {
    this.awareness.setLocalState(null);
    this.doc.getText(TEXT_FIELD).insert(0, DEMO_START);
    for (const person of people) this.#enter(person);
  }

  get people(): number {
    return this.#writers.length;
  }

  /** One keystroke of one person; false when that person is done. */
  strike(index: number): boolean {
    const writer = this.#writers[index];
    const presence = this.#presences[index];
    if (writer === undefined || presence === undefined) return false;
    const goesOn = writer.strike();
    if (writer.caret !== null) presence.setLocalStateField('cursor', { anchor: writer.caret, head: writer.caret });
    return goesOn;
  }

  destroy(): void {
    for (const presence of this.#presences) {
      presence.destroy();
      presence.doc.destroy();
    }
    this.awareness.destroy();
    this.doc.destroy();
  }

  #enter({ name, color, steps }: DemoPerson): void {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(this.doc), this);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) Y.applyUpdate(this.doc, update, this);
    });
    this.doc.on('update', (update: Uint8Array) => Y.applyUpdate(doc, update, this));

    const presence = new Awareness(doc);
    presence.on('update', ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
      const changed = [...added, ...updated, ...removed];
      applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(presence, changed), this);
    });
    presence.setLocalState({ user: { name, color, colorLight: selectionShade(color) } });
    this.#writers.push(new DemoWriter(doc.getText(TEXT_FIELD), steps));
    this.#presences.push(presence);
  }
}
