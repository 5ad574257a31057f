import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SeededRandom } from './seeded-random.ts';

/** Position, characters deleted there, text inserted there. Positions count UTF-16 units here. */
export type Patch = readonly [position: number, deleted: number, inserted: string];

/** One person's writing, keystroke by keystroke. */
export interface SequentialSession {
  readonly name: string;
  readonly transactions: readonly (readonly Patch[])[];
  readonly endContent: string;
}

/** A stretch of one person's writing between two moments at which they, or the other, read what the other has written. */
export interface Run {
  readonly person: 0 | 1;
  /** How many runs of the other person this one has seen. */
  readonly seen: number;
  readonly patches: readonly Patch[];
}

/** Two people writing at once. */
export interface ConcurrentSession {
  readonly name: string;
  /** In an order in which each run comes after all that it has seen. */
  readonly runs: readonly Run[];
  /** The text that both end with, when the lower client id is person 0's; null when it is not known. */
  readonly endContent: string | null;
}

interface TraceTransaction {
  readonly parents: readonly number[];
  readonly agent: 0 | 1;
  readonly patches: readonly Patch[];
}

/** The recorded sessions, or sessions of our own making when COSCRIBE_TRACES names no folder. */
export function sequentialSessions(): SequentialSession[] {
  const recorded = ['automerge-paper', 'seph-blog1', 'sveltecomponent'].flatMap((name) => {
    const trace = readTrace(name) as { txns: { patches: Patch[] }[]; endContent: string } | null;
    if (trace === null) return [];
    const transactions = trace.txns.map(({ patches }) => onlyBasicPlane(patches));
    return [{ name, transactions, endContent: trace.endContent }];
  });
  return recorded.length > 0 ? recorded : [1, 2].map((seed) => inventSequential(seed, 5_000));
}

/** As `sequentialSessions`. */
export function concurrentSession(): ConcurrentSession {
  const trace = readTrace('friendsforever.concurrent') as { txns: TraceTransaction[]; endContent: string } | null;
  if (trace === null) return inventConcurrent(3, 400);
  return { name: 'friendsforever', runs: cutIntoRuns(trace.txns), endContent: trace.endContent };
}

function readTrace(name: string): unknown {
  const folder = process.env['COSCRIBE_TRACES'];
  if (!folder) return null;
  const file = join(folder, `${name}.json.gz`);
  return existsSync(file) ? JSON.parse(gunzipSync(readFileSync(file)).toString()) : null;
}

/** Recorded positions count code points; without characters beyond the basic plane these are UTF-16 units. */
function onlyBasicPlane(patches: readonly Patch[]): readonly Patch[] {
  for (const [, , inserted] of patches) {
    if (/[\u{10000}-\u{10ffff}]/u.test(inserted)) throw new Error('a session with characters beyond the basic plane');
  }
  return patches;
}

/** Cuts a graph of transactions at every moment at which somebody read. */
function cutIntoRuns(transactions: readonly TraceTransaction[]): Run[] {
  // How many transactions of each person every transaction builds on, its own included.
  const versions: [number, number][] = [];
  const readBy: [Set<number>, Set<number>] = [new Set(), new Set()];
  const readAt: [Set<number>, Set<number>] = [new Set(), new Set()];
  const counts: [number, number] = [0, 0];
  const seenSoFar: [number, number] = [0, 0];
  for (const { parents, agent } of transactions) {
    const version: [number, number] = [0, 0];
    for (const parent of parents) {
      const [first, second] = versions[parent] ?? [0, 0];
      version[0] = Math.max(version[0], first);
      version[1] = Math.max(version[1], second);
    }
    const other = agent === 0 ? 1 : 0;
    if (version[other] > seenSoFar[agent]) {
      seenSoFar[agent] = version[other];
      readAt[agent].add(counts[agent]);
      readBy[agent].add(version[other]);
    }
    counts[agent] += 1;
    version[agent] = counts[agent];
    versions.push(version);
  }
  const runs: (Run & { patches: Patch[] })[] = [];
  const open: [(Run & { patches: Patch[] }) | null, (Run & { patches: Patch[] }) | null] = [null, null];
  const written: [number, number] = [0, 0];
  /** How many runs each person had finished when they had written this many transactions. */
  const finished: [Map<number, number>, Map<number, number>] = [new Map([[0, 0]]), new Map([[0, 0]])];
  transactions.forEach(({ agent, patches }, index) => {
    const other = agent === 0 ? 1 : 0;
    const count = written[agent];
    if (readAt[agent].has(count) || readBy[other].has(count)) open[agent] = null;
    let run = open[agent];
    if (run === null) {
      finished[agent].set(count, runs.filter(({ person }) => person === agent).length);
      const seen = finished[other].get(lastRead(readBy[agent], versions[index]?.[other] ?? 0));
      run = { person: agent, seen: seen ?? runs.filter(({ person }) => person === other).length, patches: [] };
      runs.push(run);
      open[agent] = run;
    }
    run.patches.push(...onlyBasicPlane(patches));
    written[agent] = count + 1;
    // Anyone who reads up to here reads this run whole.
    if (readBy[other].has(count + 1)) {
      open[agent] = null;
      finished[agent].set(count + 1, runs.filter(({ person }) => person === agent).length);
    }
  });
  return runs;
}

/** The newest moment of reading that is not after `version`. */
function lastRead(moments: ReadonlySet<number>, version: number): number {
  let last = 0;
  for (const moment of moments) if (moment <= version && moment > last) last = moment;
  return last;
}

const LETTERS = 'etaoin shrdlu,.\nETAOIN';

/** A person who types words, goes back, deletes, and goes elsewhere, `count` times in all. The same seed writes the same. */
export function inventSequential(seed: number, count: number): SequentialSession {
  const random = new SeededRandom(seed);
  let text = '';
  let at = 0;
  const transactions = Array.from({ length: count }, (): Patch[] => {
    if (random.chance(0.03)) at = random.below(text.length + 1);
    const deleted = random.chance(0.15) ? Math.min(at, 1 + random.below(3)) : 0;
    at -= deleted;
    const inserted = deleted > 0 ? '' : (LETTERS[random.below(LETTERS.length)] ?? '');
    const patch: Patch = [at, deleted, inserted];
    text = text.slice(0, at) + inserted + text.slice(at + deleted);
    at += inserted.length;
    return [patch];
  });
  return { name: `seed ${seed}`, transactions, endContent: text };
}

/** Two people who append words at the beginning, which both can do whatever they have seen of each other. */
function inventConcurrent(seed: number, count: number): ConcurrentSession {
  const random = new SeededRandom(seed);
  const written: [number, number] = [0, 0];
  const seen: [number, number] = [0, 0];
  const runs = Array.from({ length: count }, (_, index): Run => {
    const person = random.chance(0.5) ? 0 : 1;
    const other = person === 0 ? 1 : 0;
    if (random.chance(0.4)) seen[person] = written[other];
    written[person] += 1;
    const letters = `${person}:${index} `;
    return { person, seen: seen[person], patches: [...letters].map((letter, i): Patch => [i, 0, letter]) };
  });
  return { name: `seed ${seed}`, runs, endContent: null };
}
