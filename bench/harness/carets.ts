import * as string from 'lib0/string';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import type { Person } from './person.ts';

/** Moves a person's caret, as an editor tells of it: some 270 bytes, mostly the same every time. */
export class Caret {
  readonly #person: Person;
  readonly #origin: { readonly client: number; readonly clock: number };
  #moves = 0;

  /** The caret wanders among the units of client `origin.client` from `origin.clock` on. */
  constructor(person: Person, origin: { readonly client: number; readonly clock: number }) {
    this.#person = person;
    this.#origin = origin;
  }

  move(): void {
    this.#moves += 1;
    const { client, clock } = this.#origin;
    const position = { type: null, tname: 'content', item: { client, clock: clock + (this.#moves % 100) }, assoc: 0 };
    const state = {
      user: { name: `Person ${this.#person.clientId}`, color: '#30bced', colorLight: '#30bced33' },
      cursor: { anchor: position, head: position },
    };
    const entry = {
      clientId: this.#person.clientId,
      clock: this.#moves,
      state: string.encodeUtf8(JSON.stringify(state)),
    };
    this.#person.send(this.#person.dialect.awareness(encodeAwarenessEntries([entry], 1)));
  }
}
