import { Caret } from '../harness/carets.ts';
import { Crowd, type Typing } from '../harness/crowd.ts';
import { Person } from '../harness/person.ts';
import { type ServerKind, ServerUnderTest } from '../harness/server-under-test.ts';
import { PIECE, textUpdate } from '../harness/text-update.ts';
import { until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

const AUTHOR = 77;
const DOCUMENT_BYTES = 4_000_000;
const RATE = 10;
/** In the middle of the text, between two characters of one piece. */
const PLACE = { origin: [AUTHOR, 2_000 * PIECE + 500], right: [AUTHOR, 2_000 * PIECE + 501] } as const;

/** Waits until the server has all of the document: a large update may be merged in slices, and is given up when its author leaves. */
async function untilWhole(server: ServerUnderTest): Promise<void> {
  for (let bytes = 0, clientId = AUTHOR + 1; bytes < DOCUMENT_BYTES; clientId++) {
    const reader = new Person({ server, documentName: 'crowd-0', clientId });
    reader.onSynced = (message) => {
      bytes = message.length;
    };
    await reader.connect();
    await until(10_000, 'the reader to be synced', () => reader.synced);
    reader.leave();
  }
}

async function measure(kind: ServerKind, say: (text: string) => void): Promise<Typing> {
  const server = await ServerUnderTest.start(kind);
  try {
    const author = new Person({ server, documentName: 'crowd-0', clientId: AUTHOR });
    await author.connect();
    await until(10_000, 'the author to be synced', () => author.synced);
    author.send(author.dialect.step2(textUpdate(AUTHOR, DOCUMENT_BYTES)));
    await untilWhole(server);
    const started = performance.now();
    const crowd = await Crowd.gather(server, {
      documents: 1,
      people: 500,
      typing: 25,
      documentName: 'crowd-',
      place: PLACE,
    });
    say(`${kind}: 500 people have the document after ${figure((performance.now() - started) / 1000)} s`);
    author.leave();
    // Everybody's caret moves once a second.
    const carets = crowd.everybody.map((person) => {
      const caret = new Caret(person, { client: AUTHOR, clock: 2_000 * PIECE });
      return { rate: 1, act: () => caret.move() };
    });
    const typing = await crowd.type(RATE, { warmUp: 4_000, milliseconds: 8_000, drainLimit: 20_000 }, carets);
    crowd.leave();
    const { latencies, undelivered } = typing;
    say(`${kind}: p50 ${figure(latencies.p50)} ms, p99 ${figure(latencies.p99)} ms, ${undelivered} undelivered`);
    return typing;
  } finally {
    await server.stop();
  }
}

export const bigCrowd: Line = {
  name: 'crowd',
  title: '500 people in one document of 4 MB, 25 typing 10 updates/s each, all with carets moving',
  limit: 150,
  async run(say) {
    const ours = await measure('coscribe', say);
    const hocuspocus = await measure('hocuspocus', say).catch((error: unknown) => {
      say(`hocuspocus: ${error instanceof Error ? error.message : error}`);
      return null;
    });
    return [
      {
        work: 'one crowd: 500 people in a 4 MB document, 25 typing 10/s, carets moving: p50 / p99',
        ours: `${figure(ours.latencies.p50)} / ${figure(ours.latencies.p99)} ms, ${ours.undelivered} undelivered`,
        peers:
          hocuspocus === null
            ? 'Hocuspocus failed'
            : `Hocuspocus ${figure(hocuspocus.latencies.p50)} / ${figure(hocuspocus.latencies.p99)} ms, ${hocuspocus.undelivered} undelivered`,
        ratio: hocuspocus === null ? '' : times(ours.latencies.p99 / hocuspocus.latencies.p99),
        target: 'p99 under 250 ms, nothing undelivered',
        met: ours.latencies.p99 < 250 && ours.undelivered === 0,
      },
    ];
  },
};
