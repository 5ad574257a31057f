import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { SeededRandom } from '../testing/seeded-random.ts';
import { Gate, type Sender } from './gate.ts';

/*
 * Recorded sessions of real people, keystroke by keystroke, through the gate. The recordings are not part of the project:
 * COSCRIBE_TRACES names their folder. Without it, sessions of the same shape that follow from a seed take their place.
 */

/** Position and length deleted count code points. */
type Patch = readonly [position: number, deleted: number, inserted: string];

interface SequentialTrace {
  readonly startContent: string;
  readonly endContent: string;
  readonly txns: readonly { readonly patches: readonly Patch[] }[];
}

interface ConcurrentTrace {
  readonly endContent: string;
  readonly numAgents: number;
  /** `parents` are indexes of transactions; the patches are relative to what those and all before them make together. */
  readonly txns: readonly {
    readonly parents: readonly number[];
    readonly agent: number;
    readonly patches: readonly Patch[];
  }[];
}

const TURN = 50;
const TIMEOUT = 300_000;

/** The server's side: what arrives waits for the turn. */
class Server {
  readonly doc = new Y.Doc();
  readonly #gate = new Gate(this.doc, { kind: 'text', field: 'content' });
  readonly #waiting: { update: Uint8Array; sender: Sender }[] = [];

  receive(update: Uint8Array, sender: Sender): void {
    // No `expect` for each keystroke: it would be most of the time.
    if (this.#gate.admit(update, sender, false) !== 'pass') throw new Error('a keystroke is a gap');
    this.#waiting.push({ update, sender });
    if (this.#waiting.length >= TURN) this.turn();
  }

  turn(): void {
    this.doc.transact(() => {
      for (const { update, sender } of this.#waiting) {
        if (this.#gate.apply(update, sender, false) !== 'applied') throw new Error('an admitted keystroke is a gap');
      }
    });
    this.#waiting.length = 0;
  }

  get text(): string {
    this.turn();
    return this.doc.getText('content').toString();
  }
}

/** A person's document, which applies patches and collects the updates. */
class Typist {
  readonly doc = new Y.Doc();
  readonly #text = this.doc.getText('content');
  #astral = false;

  constructor(clientId: number, send: (update: Uint8Array) => void) {
    this.doc.clientID = clientId;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'other') send(update);
    });
  }

  type(patches: readonly Patch[]): void {
    this.doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        this.#astral ||= /[\ud800-\udfff]/.test(inserted);
        const start = this.#units(position);
        if (deleted > 0) this.#text.delete(start, this.#units(position + deleted) - start);
        if (inserted !== '') this.#text.insert(start, inserted);
      }
    });
  }

  receive(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, 'other');
  }

  #units(codePoints: number): number {
    if (!this.#astral) return codePoints;
    let units = 0;
    const text = this.#text.toString();
    for (let i = 0; i < codePoints; i++) units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
    return units;
  }
}

function replaySequential(trace: SequentialTrace): void {
  const server = new Server();
  const sender: Sender = { id: 1, person: null };
  const typist = new Typist(1, (update) => server.receive(update, sender));
  typist.type([[0, 0, trace.startContent]]);
  for (const { patches } of trace.txns) typist.type(patches);
  expect(server.text).toBe(trace.endContent);
}

/** Every agent gets what came before a transaction just in time, as late as it really did. */
function replayConcurrent(trace: ConcurrentTrace): string {
  const server = new Server();
  const updates: Uint8Array[][] = [];
  const typists = Array.from({ length: trace.numAgents }, (_, agent) => {
    const sender: Sender = { id: agent, person: null };
    return new Typist(agent + 1, (update) => {
      updates.at(-1)?.push(update);
      server.receive(update, sender);
    });
  });
  const seen = typists.map(() => new Set<number>());
  for (const [index, { parents, agent, patches }] of trace.txns.entries()) {
    const typist = typists[agent];
    const known = seen[agent];
    if (typist === undefined || known === undefined) throw new Error(`agent ${agent} is not listed`);
    const missing: number[] = [];
    const stack = [...parents];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (known.has(next)) continue;
      known.add(next);
      missing.push(next);
      stack.push(...(trace.txns[next]?.parents ?? []));
    }
    for (const earlier of missing.sort((a, b) => a - b)) {
      for (const update of updates[earlier] ?? []) typist.receive(update);
    }
    known.add(index);
    updates.push([]);
    typist.type(patches);
  }
  for (const typist of typists) {
    for (const update of updates.flat()) typist.receive(update);
    expect(typist.doc.getText('content').toString()).toBe(server.text);
  }
  return server.text;
}

/** A session that one might have recorded: typing in runs, corrections, jumps, characters of all planes. */
function inventedTrace(seed: number): SequentialTrace {
  const random = new SeededRandom(seed);
  let text = [...'start 😀\n'];
  const startContent = text.join('');
  const txns: { patches: Patch[] }[] = [];
  let cursor = 0;
  for (let i = 0; i < 1_500; i++) {
    const patches: Patch[] = [];
    for (let j = random.oneIn(20) ? 3 : 1; j > 0; j--) {
      if (random.oneIn(15)) cursor = random.below(text.length + 1);
      const deleted = random.oneIn(6) ? Math.min(text.length - cursor, 1 + random.below(3)) : 0;
      const inserted = random.pick(['a', 'e', ' ', '\n', '日', '😀', 'word']);
      text = [...text.slice(0, cursor), ...inserted, ...text.slice(cursor + deleted)];
      patches.push([cursor, deleted, inserted]);
      cursor += [...inserted].length;
    }
    txns.push({ patches });
  }
  return { startContent, endContent: text.join(''), txns };
}

/** Two people who see each other's typing a few transactions late. Positions are chosen from what an agent sees. */
function inventedConcurrentTrace(seed: number): Omit<ConcurrentTrace, 'endContent'> {
  const random = new SeededRandom(seed);
  const txns: { parents: number[]; agent: number; patches: Patch[] }[] = [];
  const newest: [number, number] = [-1, -1];
  for (let i = 0; i < 600; i++) {
    const agent = random.below(2) === 0 ? 0 : 1;
    const [own, other] = [newest[agent], newest[1 - agent] ?? -1];
    const parents = [own ?? -1, random.oneIn(4) ? other : -1].filter((parent) => parent >= 0);
    // Insertions at the front or a little behind it: the text that an agent sees is at least this long.
    const position = txns.filter((txn) => txn.agent === agent).length > 5 ? random.below(5) : 0;
    txns.push({ parents, agent, patches: [[position, 0, random.pick(['a', 'b', 'cd'])]] });
    newest[agent] = i;
  }
  return { numAgents: 2, txns };
}

const folder = process.env['COSCRIBE_TRACES'];
const recorded = <Trace>(name: string): { name: string; trace: () => Trace }[] =>
  folder === undefined
    ? []
    : [
        {
          name,
          trace: () => JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString()) as Trace,
        },
      ];

describe('[SEC-9] sessions of real people pass without a refusal or a gap', () => {
  const sequential = [
    { name: 'an invented session', trace: () => inventedTrace(1) },
    ...recorded<SequentialTrace>('sveltecomponent'),
    ...recorded<SequentialTrace>('seph-blog1'),
  ];
  test.each(sequential)('$name', { timeout: TIMEOUT }, ({ trace }) => {
    replaySequential(trace());
  });

  test('an invented session of two at once', { timeout: TIMEOUT }, () => {
    expect(replayConcurrent({ ...inventedConcurrentTrace(1), endContent: '' }).length).toBeGreaterThan(500);
  });

  test.each(recorded<ConcurrentTrace>('friendsforever.concurrent'))('$name', { timeout: TIMEOUT }, ({ trace }) => {
    const session = trace();
    expect(replayConcurrent(session)).toBe(session.endContent);
  });
});
