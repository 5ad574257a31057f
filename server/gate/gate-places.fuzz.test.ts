import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createServerDoc } from '../document/server-doc.ts';
import { craftUpdate, insertion, type UnitId } from '../testing/craft-update.ts';
import { Guarded } from '../testing/guarded-document.ts';
import { SeededRandom } from '../testing/seeded-random.ts';

const ROUNDS = 40;
const TIMEOUT = 120_000;

/** How many different orders of the same items are tried. */
const ORDERS = 30;

interface Written {
  /** As the server sends it on. */
  readonly update: Uint8Array;
  readonly client: number;
  readonly clock: number;
  readonly neighbours: readonly (UnitId | undefined)[];
}

/** Items of a few writers with any neighbours, as far as the gate lets them through. */
function writeAnywhere(random: SeededRandom): { room: Guarded; items: Written[] } {
  const room = new Guarded({ kind: 'any' });
  const items: Written[] = [];
  const units: UnitId[] = [];
  const clocks = new Map<number, number>();
  for (let tries = 0; items.length < 8 && tries < 40; tries++) {
    const client = 1 + random.below(4);
    const clock = clocks.get(client) ?? 0;
    const unit = () => (units.length === 0 || random.oneIn(5) ? undefined : random.pick(units));
    const text = 'abc'.slice(0, 1 + random.below(3));
    // Much of what is written goes on behind what its writer wrote last, and becomes one item with it.
    const origin: UnitId | undefined = clock > 0 && random.oneIn(3) ? [client, clock - 1] : unit();
    const right = unit();
    const position = { ...(origin === undefined ? {} : { origin }), ...(right === undefined ? {} : { right }) };
    if (room.offer(craftUpdate([{ client, clock, structs: [insertion(text, position)] }])) !== 'applied') continue;
    const update = room.emitted.at(-1) ?? new Uint8Array();
    items.push({ update, client, clock, neighbours: [origin, right] });
    for (let i = 0; i < text.length; i++) units.push([client, clock + i]);
    clocks.set(client, clock + text.length);
  }
  return { room, items };
}

/** Another order in which each item comes after those it names. */
function inAnotherOrder(items: readonly Written[], random: SeededRandom): Written[] {
  const left = [...items];
  const done: Written[] = [];
  const isThere = ([client, clock]: UnitId) => !left.some((item) => item.client === client && item.clock <= clock);
  while (left.length > 0) {
    const ready = left.filter(
      ({ client, clock, neighbours }) =>
        !left.some((other) => other.client === client && other.clock < clock) &&
        neighbours.every((id) => id === undefined || (id[0] === client && id[1] < clock) || isThere(id)),
    );
    const next = random.pick(ready);
    left.splice(left.indexOf(next), 1);
    done.push(next);
  }
  return done;
}

test('[SEC-9] what passes has the same place in whatever order it comes, one by one, joined or in one transaction', {
  timeout: TIMEOUT,
}, () => {
  let passed = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = new SeededRandom(seed);
    const { room, items } = writeAnywhere(random);
    passed += items.length;
    for (let i = 0; i < ORDERS; i++) {
      const order = inAnotherOrder(items, random).map(({ update }) => update);
      const joined = random.below(order.length);
      const updates = random.oneIn(3)
        ? [Y.mergeUpdates(order.slice(0, joined + 1)), ...order.slice(joined + 1)]
        : order;
      const replica = createServerDoc();
      const apply = () => {
        for (const update of updates) Y.applyUpdate(replica, update);
      };
      if (random.oneIn(3)) replica.transact(apply);
      else apply();
      expect(replica.getText('content').toString(), `seed ${seed}, order ${i}`).toBe(room.text);
    }
  }
  expect(passed, 'most must get through, or nothing was tested').toBeGreaterThan(ROUNDS * 6);
});
