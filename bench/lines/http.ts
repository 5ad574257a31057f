import { Crowd, type Typing } from '../harness/crowd.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { type ConnectWire, httpWire, socketIoWire, webSocketWire } from '../harness/wire.ts';
import { figure, type Line, times } from '../line.ts';
import { cost, incomplete } from './fan-out.ts';

const SHAPE = { documents: 5, people: 10, typing: 4 };
const RATE = 5;

async function measure(
  kind: ServerKind,
  name: string,
  wire: ConnectWire,
  say: (text: string) => void,
): Promise<Typing> {
  const server = await ServerUnderTest.start(kind);
  try {
    const crowd = await Crowd.gather(server, { ...SHAPE, wire });
    const typing = await crowd.type(RATE, { warmUp: 6_000, milliseconds: 8_000 });
    crowd.leave();
    const { latencies, undelivered, offered } = typing;
    say(
      `${name}: ${figure(cost(typing))} µs, p50 ${figure(latencies.p50)} ms, p99 ${figure(latencies.p99)} ms, ` +
        `${undelivered} undelivered, ${figure(offered * 100)} % of the load offered`,
    );
    return typing;
  } finally {
    await server.stop();
  }
}

export const http: Line = {
  name: 'http',
  title: '5 documents x 10 people, 4 typing 5 updates/s each, over HTTP requests: CPU a delivery and latency',
  limit: 120,
  async run(say) {
    const ours = await measure('coscribe', 'over HTTP', httpWire, say);
    const webSocket = await measure('coscribe', 'over WebSockets', webSocketWire, say);
    const socketIo = await measure('socket.io', 'socket.io, polling', socketIoWire, say);
    return [
      {
        work: 'no WebSocket gets through, 5 documents x 10 people, 4 typing 5/s: server CPU a delivery',
        ours: `${figure(cost(ours))} µs${incomplete(ours)}`,
        peers: `socket.io, polling ${figure(cost(socketIo))}${incomplete(socketIo)}, ours over WebSockets ${figure(cost(webSocket))} µs`,
        ratio: times(cost(ours) / cost(socketIo)),
        target: 'under socket.io',
        met: cost(ours) < cost(socketIo) && ours.undelivered === 0,
      },
      {
        work: 'the same: latency p50 / p99',
        ours: `${figure(ours.latencies.p50)} / ${figure(ours.latencies.p99)} ms`,
        peers: `socket.io, polling ${figure(socketIo.latencies.p50)} / ${figure(socketIo.latencies.p99)}, ours over WebSockets ${figure(webSocket.latencies.p50)} / ${figure(webSocket.latencies.p99)} ms`,
        ratio: times(ours.latencies.p50 / socketIo.latencies.p50),
        target: 'p99 under socket.io',
        met: ours.latencies.p99 < socketIo.latencies.p99 && ours.undelivered === 0,
      },
    ];
  },
};
