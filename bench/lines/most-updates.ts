import { Crowd } from '../harness/crowd.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { figure, type Line, times } from '../line.ts';

const SHAPE = { documents: 4, people: 100, typing: 50 };
const FIRST_RATE = 1_000;
const GROWTH = 1.5;
const LAST_RATE = 60_000;
/** A rate is tried again before it counts as too high: something else may have disturbed it. */
const MAX_FAILURES = 2;
/** Milliseconds at each rate. */
const MEASURED = 2_500;
const P99_LIMIT = 100;

interface Most {
  /** Updates a second, of all documents, at the last rate that held; 0 when none did. */
  readonly rate: number;
  readonly p99: number;
}

/** Raises the rate until p99 passes the limit, something is missing, or the server falls behind. */
async function ramp(kind: ServerKind, say: (text: string) => void): Promise<Most> {
  const server = await ServerUnderTest.start(kind);
  let best: Most = { rate: 0, p99: Number.NaN };
  try {
    const crowd = await Crowd.gather(server, SHAPE);
    const typists = SHAPE.documents * SHAPE.typing;
    // Compiled and warm before the first rate counts.
    await crowd.type(FIRST_RATE / typists, { warmUp: 0, milliseconds: 5_000, drainLimit: 5_000 });
    let failures = 0;
    for (let rate = FIRST_RATE; rate < LAST_RATE && failures < MAX_FAILURES; ) {
      const { latencies, undelivered, updates, offered } = await crowd.type(rate / typists, {
        warmUp: 1_000,
        milliseconds: MEASURED,
        drainLimit: 4_000,
      });
      const { p99 } = latencies;
      say(`${kind}, ${figure(rate)}/s: p99 ${figure(p99)} ms${undelivered > 0 ? `, ${undelivered} undelivered` : ''}`);
      if (p99 < P99_LIMIT && undelivered === 0 && offered > 0.95) {
        best = { rate: (updates / MEASURED) * 1000, p99 };
        failures = 0;
        rate *= GROWTH;
      } else {
        failures += 1;
      }
    }
    crowd.leave();
  } finally {
    await server.stop();
  }
  return best;
}

export const mostUpdates: Line = {
  name: 'most-updates',
  title: '4 documents x 100 people, 50 typing ever faster: most updates/s delivered with p99 under 100 ms',
  limit: 130,
  async run(say) {
    const hocuspocus = await ramp('hocuspocus', say);
    const ours = await ramp('coscribe', say);
    return [
      {
        work: 'most updates/s to 4 x 100 people with p99 under 100 ms',
        ours: `${figure(ours.rate)} (p99 ${figure(ours.p99)} ms)`,
        peers: `Hocuspocus ${figure(hocuspocus.rate)} (p99 ${figure(hocuspocus.p99)} ms)`,
        ratio: times(ours.rate / hocuspocus.rate),
        target: 'at least 3 x Hocuspocus',
        met: ours.rate > 0 && ours.rate >= 3 * hocuspocus.rate,
      },
    ];
  },
};
