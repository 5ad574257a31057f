import { Crowd } from '../harness/crowd.ts';
import { Person } from '../harness/person.ts';
import { removeFolder, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { textUpdate } from '../harness/text-update.ts';
import { holdsWithin, inParallel, pause, until } from '../harness/waiting.ts';
import { figure, type Line } from '../line.ts';

const PEOPLE = 1_000;
const DOCUMENTS = 100;
const BYTES = 100_000;
/** The time within which everybody comes back. */
const WITHIN = 1_000;

export const joiningStorm: Line = {
  name: 'storm',
  title: '1,000 people come back within a second after a restart: until all are synced, and latency elsewhere',
  limit: 90,
  async run(say) {
    const data = temporaryFolder();
    let server = await ServerUnderTest.start('coscribe', { data });
    try {
      await inParallel(DOCUMENTS, 10, async (index) => {
        const author = new Person({ server, documentName: `storm-${index}`, clientId: 10 });
        await author.connect();
        await until(10_000, 'a document', () => author.synced);
        author.sent += 1;
        author.send(author.dialect.update(textUpdate(10, BYTES)));
        await until(10_000, 'a document to be stored', () => author.stored === author.sent);
        author.leave();
      });
      await server.stop('SIGKILL');
      server = await ServerUnderTest.start('coscribe', { data });
      // Some are there already and type, in documents of their own, while the others come.
      const others = await Crowd.gather(server, { documents: 5, people: 10, typing: 3, documentName: 'others-' });
      await others.type(10, { warmUp: 0, milliseconds: 2_000 });
      // Half of them have nothing, half come with what they had.
      const half = new Uint8Array([1, 10, ...varUint(BYTES)]);
      const people = Array.from(
        { length: PEOPLE },
        (_, index) =>
          new Person({
            server,
            documentName: `storm-${index % DOCUMENTS}`,
            clientId: 4_000_000 + index,
            localAddress: `127.0.0.${2 + (index % 8)}`,
          }),
      );
      const typing = others.type(10, { warmUp: 0, milliseconds: 6_000 });
      const started = performance.now();
      const coming = people.map(async (person, index) => {
        await pause((index / PEOPLE) * WITHIN);
        await person.connect(index % 2 === 0 ? undefined : half);
      });
      await Promise.all(coming);
      const all = await holdsWithin(30_000, () => people.every(({ synced }) => synced), 5);
      const seconds = (performance.now() - started) / 1000;
      const { latencies, undelivered } = await typing;
      for (const person of people) person.leave();
      others.leave();
      say(
        `all synced after ${figure(seconds)} s; elsewhere p99 ${figure(latencies.p99)} ms, ${undelivered} undelivered`,
      );
      return [
        {
          work: 'joining storm: 1,000 people come back to 100 documents of 100 kB within 1 s of each other',
          ours: all ? `all synced after ${figure(seconds)} s` : 'not all synced',
          peers: '',
          ratio: '',
          target: 'within 5 s',
          met: all && seconds < 5,
        },
        {
          work: 'the same: p99 in other documents meanwhile',
          ours: `${figure(latencies.p99)} ms`,
          peers: '',
          ratio: '',
          target: 'under 200 ms',
          met: latencies.p99 < 200 && undelivered === 0,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(data);
    }
  },
};

function varUint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varUint(Math.floor(value / 128))];
}
