import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { stateDigest } from '../../protocol/state-digest.ts';
import { encodeMissing } from './missing-update.ts';
import { NotPlainTextError, plainUpdate } from './plain-text-only.ts';

const FIELD = 'content';

/** A document of a page, and what a server of plain text has of it: each update without what does not belong. */
class Pair {
  readonly page = new Y.Doc();
  readonly server = new Y.Doc();
  readonly found: string[] = [];
  live = true;

  constructor() {
    this.page.on('update', (update: Uint8Array, origin: unknown) => {
      if (this.live && origin !== this) this.send(update);
    });
  }

  send(update: Uint8Array): void {
    const plain = plainUpdate(this.page, update, FIELD);
    Y.applyUpdate(this.server, plain?.update ?? update);
    if (plain === null) return;
    this.found.push(...plain.found);
    Y.applyUpdate(this.page, plain.removal, this);
  }

  sendMissing(): void {
    this.send(encodeMissing(this.page, Y.encodeStateVector(this.server)));
  }

  check(): void {
    const [here, there] = [this.page.getText(FIELD), this.server.getText(FIELD)];
    expect(there.toString()).toBe(here.toString());
    expect(there.toDelta()).toEqual(there.length === 0 ? [] : [{ insert: there.toString() }]);
    expect([...this.server.share.keys()]).toEqual([FIELD]);
    expect(stateDigest(this.server.store.clients)).toBe(stateDigest(this.page.store.clients));
  }
}

const edits = {
  type: (doc, at) => doc.getText(FIELD).insert(at % (doc.getText(FIELD).length + 1), 'ab😀'),
  erase: (doc, at) => {
    const text = doc.getText(FIELD);
    if (text.length > 4) text.delete(at % (text.length - 3), 2);
  },
  bold: (doc, at) => doc.getText(FIELD).insert(at % (doc.getText(FIELD).length + 1), 'bold', { bold: true }),
  format: (doc) => doc.getText(FIELD).format(0, Math.min(3, doc.getText(FIELD).length), { em: true }),
  embed: (doc, at) => doc.getText(FIELD).insertEmbed(at % (doc.getText(FIELD).length + 1), { image: 'x' }),
  attribute: (doc) => doc.getText(FIELD).setAttribute('lang', 'en'),
  key: (doc, at) => doc.getMap('meta').set(`k${at % 3}`, at),
  unset: (doc, at) => doc.getMap('meta').delete(`k${at % 3}`),
  nested: (doc) => doc.getMap('meta').set('tree', new Y.Map([['leaf', new Y.Text('words')]])),
  inside: (doc) => {
    const tree = doc.getMap('meta').get('tree');
    if (tree instanceof Y.Map) tree.set('more', 1);
  },
  list: (doc, at) => doc.getArray('list').push([at, 'x']),
  other: (doc, at) => doc.getText('other').insert(at % (doc.getText('other').length + 1), 'zz'),
} satisfies Record<string, (doc: Y.Doc, at: number) => void>;

const anEdit = fc.record({
  kind: fc.constantFrom(...(Object.keys(edits) as (keyof typeof edits)[])),
  at: fc.nat(100),
  joined: fc.boolean(),
});

it('[SYN-9] whatever a page writes beside its text, the text arrives, and both sides end in the same state', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(anEdit, fc.constant('offline' as const), fc.constant('online' as const))),
      (steps) => {
        const pair = new Pair();
        for (const step of steps) {
          if (step === 'offline') pair.live = false;
          else if (step === 'online') {
            pair.live = true;
            pair.sendMissing();
          } else {
            pair.page.transact(() => {
              edits[step.kind](pair.page, step.at);
              if (step.joined) edits.type(pair.page, step.at);
            });
          }
        }
        pair.sendMissing();
        pair.check();
      },
    ),
  );
});

it('says by name what did not belong, and nothing about plain text', () => {
  const pair = new Pair();
  pair.page.getText(FIELD).insert(0, 'plain');
  expect(pair.found).toEqual([]);
  pair.page.getMap('meta').set('a', 1);
  pair.page.getText(FIELD).format(0, 2, { bold: true });
  pair.page.getText(FIELD).setAttribute('lang', 'en');
  pair.page.getText(FIELD).insertEmbed(0, {});
  expect(pair.found).toEqual(['"meta"', 'formatting', 'an attribute', 'an embed']);
  expect(pair.page.getMap('meta').size).toBe(0);
  expect(new NotPlainTextError(pair.found, FIELD).message).toContain('--documents any');
});
