import { Crowd, type Typing } from '../harness/crowd.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { figure, type Line, times } from '../line.ts';
import { cost, incomplete } from './fan-out.ts';

const SHAPE = { documents: 10, people: 20, typing: 4 };
const RATE = 20;

async function measure(kind: ServerKind, say: (text: string) => void): Promise<Typing> {
  const server = await ServerUnderTest.start(kind);
  try {
    const crowd = await Crowd.gather(server, SHAPE);
    const typing = await crowd.type(RATE, { warmUp: 6_000, milliseconds: 7_000 });
    crowd.leave();
    const { latencies, undelivered } = typing;
    say(
      `${kind}: ${figure(cost(typing))} µs, p50 ${figure(latencies.p50)} ms, p99 ${figure(latencies.p99)} ms, ${undelivered} undelivered`,
    );
    return typing;
  } finally {
    await server.stop();
  }
}

export const quiet: Line = {
  name: 'quiet',
  title: '10 documents x 20 people, 4 typing 20 updates/s each: CPU a delivery and latency',
  limit: 100,
  async run(say) {
    const ours = await measure('coscribe', say);
    const bareWs = await measure('bare ws', say);
    const hocuspocus = await measure('hocuspocus', say);
    return [
      {
        work: 'quiet rooms, 10 documents x 20 people, 4 typing 20/s: server CPU a delivery',
        ours: `${figure(cost(ours))} µs${incomplete(ours)}`,
        peers: `bare ws ${figure(cost(bareWs))}, Hocuspocus ${figure(cost(hocuspocus))} µs`,
        ratio: times(cost(ours) / cost(bareWs)),
        target: 'not above bare ws',
        met: cost(ours) <= cost(bareWs) && ours.undelivered === 0,
      },
      {
        work: 'the same: latency p50 / p99',
        ours: `${figure(ours.latencies.p50)} / ${figure(ours.latencies.p99)} ms`,
        peers: `bare ws ${figure(bareWs.latencies.p50)} / ${figure(bareWs.latencies.p99)}, Hocuspocus ${figure(hocuspocus.latencies.p50)} / ${figure(hocuspocus.latencies.p99)} ms`,
        ratio: times(ours.latencies.p50 / bareWs.latencies.p50),
        target: 'p50 not above bare ws',
        met: ours.latencies.p50 <= bareWs.latencies.p50 && ours.undelivered === 0,
      },
    ];
  },
};
