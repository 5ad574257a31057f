import { fsyncTime } from '../harness/fsync-time.ts';
import { Latencies } from '../harness/latencies.ts';
import { Person } from '../harness/person.ts';
import { removeFolder, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { keepPace } from '../harness/typing.ts';
import { holdsWithin, inParallel, until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

const DOCUMENTS = 100;
const PEOPLE_EACH = 10;
/** Updates a second that everybody together offers. */
const RATES = [2_000, 5_000, 10_000, 20_000, 24_000, 30_000];
const TARGET_RATE = 20_000;
/** A rate is held when nearly all of it is acknowledged by the end and the rest soon after. */
const HELD = 0.98;

interface Step {
  readonly offered: number;
  readonly acknowledged: number;
  readonly latencies: Latencies;
  readonly held: boolean;
}

/** A person who notes how long each acknowledgement takes. */
class Writer {
  readonly person: Person;
  readonly #sentAt: number[] = [];
  #acknowledged = 0;

  constructor(server: ServerUnderTest, index: number, latencies: Latencies) {
    this.person = new Person({
      server,
      documentName: `durable-${index % DOCUMENTS}`,
      clientId: 2_000_000 + index,
    });
    this.person.onStored = (count) => {
      const now = performance.now();
      for (; this.#acknowledged < count; this.#acknowledged++) {
        const sent = this.#sentAt[this.#acknowledged];
        if (sent !== undefined) latencies.add(now - sent);
      }
    };
  }

  type(): void {
    // Messages are counted from 1; the first was the answer to the server's step 1.
    this.#sentAt[this.person.sent] = performance.now();
    this.person.type();
  }
}

async function step(writers: readonly Writer[], rate: number, latencies: Latencies): Promise<Step> {
  const acknowledged = () => writers.reduce((sum, { person }) => sum + person.stored, 0);
  const sent = () => writers.reduce((sum, { person }) => sum + person.sent, 0);
  const paced = writers.map((writer) => ({ rate: rate / writers.length, act: () => writer.type() }));
  let before = { sent: 0, acknowledged: 0, at: 0 };
  await keepPace(paced, 4_000, 1_000, () => {
    latencies.clear();
    before = { sent: sent(), acknowledged: acknowledged(), at: performance.now() };
  });
  const seconds = (performance.now() - before.at) / 1000;
  const result = {
    offered: (sent() - before.sent) / seconds,
    acknowledged: (acknowledged() - before.acknowledged) / seconds,
  };
  const complete = await holdsWithin(2_000, () => acknowledged() === sent());
  return { ...result, latencies, held: complete && result.acknowledged >= HELD * result.offered };
}

export const durable: Line = {
  name: 'durable',
  title: '1,000 people in 100 documents: updates/s acknowledged after fsync, and p50 of the acknowledgement',
  limit: 90,
  async run(say) {
    const data = temporaryFolder();
    const fsync = fsyncTime(data);
    say(`fdatasync of the disk: ${figure(fsync)} ms`);
    const server = await ServerUnderTest.start('coscribe', { data });
    try {
      const latencies = new Latencies();
      const writers = Array.from(
        { length: DOCUMENTS * PEOPLE_EACH },
        (_, index) => new Writer(server, index, latencies),
      );
      await inParallel(writers.length, 50, async (index) => writers[index]?.person.connect());
      await until(30_000, 'everybody to be synced', () => writers.every(({ person }) => person.synced));
      let best: { rate: number; p50: number; p99: number } | null = null;
      let quickest = Number.POSITIVE_INFINITY;
      for (const rate of RATES) {
        const { acknowledged, held } = await step(writers, rate, latencies);
        const { p50, p99 } = latencies;
        say(`${rate}/s offered: ${figure(acknowledged)}/s acknowledged, p50 ${figure(p50)} ms, p99 ${figure(p99)} ms`);
        quickest = Math.min(quickest, p50);
        if (!held) break;
        best = { rate: acknowledged, p50, p99 };
      }
      for (const { person } of writers) person.leave();
      return [
        {
          work: 'durable throughput, 1,000 people in 100 documents: acknowledged after fsync',
          ours:
            best === null
              ? 'none held'
              : `${figure(best.rate)} updates/s (p50 ${figure(best.p50)}, p99 ${figure(best.p99)} ms)`,
          peers: 'none acknowledges durably',
          ratio: '',
          target: `${figure(TARGET_RATE)} updates/s`,
          met: best !== null && best.rate >= HELD * TARGET_RATE,
        },
        {
          work: 'the same: p50 of the acknowledgement, at the best of the rates',
          ours: `${figure(quickest)} ms`,
          peers: `fdatasync of this disk ${figure(fsync)} ms`,
          ratio: times(quickest / fsync),
          target: 'at most 3 fsync times',
          met: quickest <= 3 * fsync,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(data);
    }
  },
};
