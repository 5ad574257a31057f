import { Crowd, type Typing } from '../harness/crowd.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { figure, type Line, times } from '../line.ts';

const SHAPE = { documents: 4, people: 100, typing: 10 };
const RATE = 50;
/** Long enough for the servers' code to be compiled: at 3 s ours costs half as much again as at 8 s. */
const WARM_UP = 8_000;
const MEASURED = 7_000;

/** Microseconds of the server's CPU for each update delivered to a person. */
export function cost({ cpuSeconds, deliveries }: Typing): number {
  return (cpuSeconds / deliveries) * 1e6;
}

/** What one server makes of it. */
async function measure(kind: ServerKind, say: (text: string) => void): Promise<Typing> {
  const server = await ServerUnderTest.start(kind);
  try {
    const crowd = await Crowd.gather(server, SHAPE);
    const typing = await crowd.type(RATE, { warmUp: WARM_UP, milliseconds: MEASURED });
    crowd.leave();
    const { latencies, undelivered, offered } = typing;
    say(
      `${kind}: ${figure(cost(typing))} µs, p50 ${figure(latencies.p50)} ms, p99 ${figure(latencies.p99)} ms, ` +
        `${undelivered} undelivered, ${figure(offered * 100)} % of the load offered`,
    );
    return typing;
  } finally {
    await server.stop();
  }
}

export const fanOut: Line = {
  name: 'fan-out',
  title: '4 documents x 100 people, 10 typing 50 updates/s each: CPU a delivery and latency',
  limit: 120,
  async run(say) {
    const ours = await measure('coscribe', say);
    const hocuspocus = await measure('hocuspocus', say);
    const bareWs = await measure('bare ws', say);
    const yWebsocket = await measure('y-websocket-server', say);
    const work = 'fan-out, 4 documents x 100 people, 10 typing 50/s';
    const least = Math.min(cost(hocuspocus), cost(bareWs));
    const { latencies } = ours;
    const quickest = Math.min(hocuspocus.latencies.p99, bareWs.latencies.p99);
    const peer = (name: string, typing: Typing) =>
      `${name} ${figure(typing.latencies.p50)} / ${figure(typing.latencies.p99)} ms${incomplete(typing)}`;
    return [
      {
        work: `${work}: server CPU a delivery`,
        ours: `${figure(cost(ours))} µs${incomplete(ours)}`,
        peers: `Hocuspocus ${figure(cost(hocuspocus))}, bare ws ${figure(cost(bareWs))}, y-websocket-server ${figure(cost(yWebsocket))} µs`,
        ratio: times(cost(ours) / least),
        target: 'at most 0.4 x Hocuspocus and bare ws',
        met: cost(ours) <= 0.4 * least && ours.undelivered === 0,
      },
      {
        work: 'the same: latency p50 / p99',
        ours: `${figure(latencies.p50)} / ${figure(latencies.p99)} ms`,
        peers: [peer('Hocuspocus', hocuspocus), peer('bare ws', bareWs), peer('y-websocket-server', yWebsocket)].join(
          ', ',
        ),
        ratio: times(latencies.p99 / quickest),
        target: 'p50 at most 16 ms, p99 under Hocuspocus and bare ws',
        met: latencies.p50 <= 16 && latencies.p99 < quickest && ours.undelivered === 0,
      },
    ];
  },
};

/** A remark behind a figure of a server that did not deliver everything. */
export function incomplete({ undelivered }: Typing): string {
  return undelivered === 0 ? '' : ` (${undelivered} undelivered)`;
}
