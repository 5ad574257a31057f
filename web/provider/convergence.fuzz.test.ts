import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage } from '../../protocol/messages.ts';
import type { CoscribeProvider } from './provider.ts';
import { textOf, World } from './testing/world.ts';

const PEOPLE = 3;

/** A world in which every edit leaves a mark that nobody deletes, so that one can tell what became of it. */
class Story {
  readonly world = new World();
  readonly people: CoscribeProvider[];
  readonly #marks: string[][] = Array.from({ length: PEOPLE }, () => []);
  /** Marks that some provider called saved. */
  readonly #promised = new Set<string>();

  constructor(random: () => number) {
    this.world.chance = random;
    this.people = this.#marks.map(() => this.world.join());
  }

  write(who: number, where: number): void {
    const marks = this.#marks[who] ?? [];
    const mark = `<${who}.${marks.length}>`;
    marks.push(mark);
    const text = this.person(who).doc.getText('content');
    // Between marks, never inside one.
    const ends = [0, ...[...text.toString().matchAll(/>-?/g)].map((match) => match.index + match[0].length)];
    text.insert(ends[Math.floor(where * ends.length)] ?? 0, `${mark}-`);
  }

  /** Deletes a dash, if there is one: an edit that does not move the state vector. */
  erase(who: number, where: number): void {
    const text = this.person(who).doc.getText('content');
    const dashes = [...text.toString().matchAll(/-/g)];
    const dash = dashes[Math.floor(where * dashes.length)];
    if (dash !== undefined) text.delete(dash.index, 1);
  }

  person(who: number): CoscribeProvider {
    const provider = this.people[who];
    if (provider === undefined) throw new Error(`nobody has the number ${who}`);
    return provider;
  }

  /** What was ever called saved must be on the disk, now and for ever. */
  check(): void {
    this.people.forEach((provider, who) => {
      if (provider.saved) for (const mark of this.#marks[who] ?? []) this.#promised.add(mark);
    });
    const disk = this.world.server.durableText;
    for (const mark of this.#promised) expect(disk).toContain(mark);
  }

  async end(): Promise<void> {
    const { world } = this;
    world.network.reachable = true;
    world.server.storesAtOnce = true;
    for (const provider of this.people) provider.connect();
    // Longer than the watchdog and the longest backoff together.
    await world.clock.advance(120_000);
    world.server.store();
    await world.moment();
    for (const provider of this.people) {
      expect(provider.synced).toBe(true);
      expect(provider.saved).toBe(true);
      expect(textOf(provider)).toBe(world.server.text);
    }
    expect(world.server.durableText).toBe(world.server.text);
    for (const mark of this.#marks.flat()) expect(world.server.text.split(mark)).toHaveLength(2);
    world.network.frames.length = 0;
    await world.clock.advance(60_000);
    expect(world.network.frames.map((frame) => decodeMessage(frame).type)).toEqual([]);
    world.end();
    await world.moment();
    expect(world.clock.pending).toBe(0);
  }
}

const who = fc.nat(PEOPLE - 1);
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(who, share).map(
      ([w, s]) =>
        (story: Story) =>
          story.write(w, s),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(who, share).map(
      ([w, s]) =>
        (story: Story) =>
          story.erase(w, s),
    ),
  },
  { weight: 8, arbitrary: fc.nat(60).map((ms) => (story: Story) => story.world.clock.advance(ms)) },
  { weight: 3, arbitrary: fc.nat(3_000).map((ms) => (story: Story) => story.world.clock.advance(ms)) },
  { weight: 2, arbitrary: fc.constant((story: Story) => story.world.network.reset()) },
  { weight: 1, arbitrary: fc.constant((story: Story) => story.world.network.silence()) },
  {
    weight: 2,
    arbitrary: fc.boolean().map((reachable) => (story: Story) => {
      story.world.network.reachable = reachable;
    }),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map((stores) => (story: Story) => {
      story.world.server.storesAtOnce = stores;
    }),
  },
  { weight: 2, arbitrary: fc.constant((story: Story) => story.world.server.store()) },
  {
    weight: 1,
    arbitrary: fc.constant((story: Story) => {
      story.world.server.crash();
      story.world.network.reset();
    }),
  },
  { weight: 1, arbitrary: fc.constant((story: Story) => story.world.server.closeAll(1012)) },
  { weight: 1, arbitrary: fc.constant((story: Story) => story.world.server.askAgain()) },
  { weight: 1, arbitrary: who.map((w) => (story: Story) => story.person(w).disconnect()) },
  { weight: 2, arbitrary: who.map((w) => (story: Story) => story.person(w).connect()) },
);

test(
  '[SYN-1] any order of edits, drops, crashes and reconnects ends equal, saved and silent',
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.infiniteStream(share), async (steps, chance) => {
        const story = new Story(() => chance.next().value);
        for (const take of steps) {
          await take(story);
          story.check();
        }
        await story.end();
      }),
      { seed: 20261122, numRuns: 150 },
    ),
);
