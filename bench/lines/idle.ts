import { Person } from '../harness/person.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { holdsWithin, inParallel, pause, until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

const CONNECTIONS = 10_000;
const DOCUMENTS = 100;
/** Source addresses: one has too few ports, and a home network's worth of people comes from each. */
const ADDRESSES = 8;
/** Longer than any of our intervals: every connection is pinged and kept alive within it. */
const IDLE = 30_000;

interface Idle {
  /** Resident bytes that a connection adds. */
  readonly bytes: number;
  /** Share of a core while nothing happens; null when it was not measured. */
  readonly core: number | null;
}

async function measure(kind: ServerKind, watchHeartbeat: boolean, say: (text: string) => void): Promise<Idle> {
  const server = await ServerUnderTest.start(kind);
  try {
    const people = Array.from(
      { length: CONNECTIONS },
      (_, index) =>
        new Person({
          server,
          documentName: `idle-${index % DOCUMENTS}`,
          clientId: 3_000_000 + index,
          localAddress: `127.0.0.${2 + (index % ADDRESSES)}`,
        }),
    );
    const come = async (from: number, to: number) => {
      await inParallel(to - from, 50, async (index) => people[from + index]?.connect());
      await until(60_000, 'everybody to be synced', () => people.slice(from, to).every(({ synced }) => synced));
    };
    // The documents are open and the code is warm before the rest come.
    await come(0, DOCUMENTS * 5);
    await settled(server);
    const before = server.residentBytes();
    await come(DOCUMENTS * 5, CONNECTIONS);
    await settled(server);
    const bytes = (server.residentBytes() - before) / (CONNECTIONS - DOCUMENTS * 5);
    say(`${kind}: ${figure(bytes / 1000)} kB a connection`);
    let core: number | null = null;
    if (watchHeartbeat) {
      const cpu = server.cpuSeconds();
      const started = performance.now();
      await pause(IDLE);
      core = (server.cpuSeconds() - cpu) / ((performance.now() - started) / 1000);
      const lost = people.filter(({ closed }) => closed !== null).length;
      say(`${kind}: ${figure(core * 100)} % of a core while idle, ${lost} connections lost`);
      if (lost > 0) core = Number.NaN;
    }
    for (const person of people) person.leave();
    return { bytes, core };
  } finally {
    await server.stop();
  }
}

/** Waits until memory stops moving, a few seconds at most. */
async function settled(server: ServerUnderTest): Promise<void> {
  let last = 0;
  await holdsWithin(
    8_000,
    () => {
      const now = server.residentBytes();
      const still = Math.abs(now - last) < 256 * 1024;
      last = now;
      return still;
    },
    1_500,
  );
}

export const idle: Line = {
  name: 'idle',
  title: '10,000 idle connections in 100 documents: memory of each, and CPU of the heartbeat',
  limit: 170,
  async run(say) {
    const ours = await measure('coscribe', true, say);
    const bareWs = await measure('bare ws', false, say);
    const hocuspocus = await measure('hocuspocus', false, say);
    return [
      {
        work: 'memory of an idle connection, 10,000 of them in 100 documents',
        ours: `${figure(ours.bytes / 1000)} kB`,
        peers: `bare ws ${figure(bareWs.bytes / 1000)}, Hocuspocus ${figure(hocuspocus.bytes / 1000)} kB`,
        ratio: times(ours.bytes / bareWs.bytes),
        target: 'at most bare ws + 2 kB',
        met: ours.bytes <= bareWs.bytes + 2_000,
      },
      {
        work: 'heartbeat of 10,000 idle connections',
        ours: ours.core === null ? '–' : `${figure(ours.core * 100)} % of a core`,
        peers: '',
        ratio: '',
        target: 'under 3 % of a core',
        met: ours.core !== null && ours.core < 0.03,
      },
    ];
  },
};
