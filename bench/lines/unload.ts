import { Person } from '../harness/person.ts';
import { ServerUnderTest } from '../harness/server-under-test.ts';
import { textUpdate } from '../harness/text-update.ts';
import { holdsWithin, inParallel, pause, until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

const DOCUMENTS = 1_000;
const BYTES = 100_000;
/** How long memory may take to come back after the last document has left, in milliseconds. */
const PATIENCE = 60_000;

/** Somebody writes a document of 100 kB and stays. */
async function write(server: ServerUnderTest, name: string, clientId: number): Promise<Person> {
  const person = new Person({ server, documentName: name, clientId });
  await person.connect();
  await until(10_000, 'a document', () => person.synced);
  person.sent += 1;
  person.send(person.dialect.update(textUpdate(clientId, BYTES)));
  await until(20_000, 'a document to be stored', () => person.stored === person.sent);
  return person;
}

export const unload: Line = {
  name: 'unload',
  title: '1,000 documents of 100 kB opened, then left: memory afterwards',
  limit: 120,
  async run(say) {
    const server = await ServerUnderTest.start('coscribe', { args: ['--unload-after', '1'] });
    try {
      // The same once over before the baseline, so that code and pools are there.
      const few = await Promise.all(Array.from({ length: 50 }, (_, i) => write(server, `warm-${i}`, 900 + i)));
      for (const person of few) person.leave();
      await pause(4_000);
      const baseline = server.residentBytes();
      const people: Person[] = [];
      await inParallel(DOCUMENTS, 20, async (index) => {
        people.push(await write(server, `document-${index}`, 10_000 + index));
      });
      const peak = server.residentBytes();
      for (const person of people) person.leave();
      const left = performance.now();
      const back = await holdsWithin(PATIENCE, () => server.residentBytes() <= baseline * 1.2, 250);
      const took = (performance.now() - left) / 1000;
      const after = server.residentBytes();
      say(
        `${figure(baseline / 1e6)} MB -> ${figure(peak / 1e6)} MB -> ${figure(after / 1e6)} MB after ${figure(took)} s`,
      );
      return [
        {
          work: '1,000 documents of 100 kB opened, then left: resident memory',
          ours: `${figure(baseline / 1e6)} MB before, ${figure(peak / 1e6)} MB open, ${figure(after / 1e6)} MB ${figure(took)} s after`,
          peers: '',
          ratio: times(after / baseline),
          target: 'baseline + 20 %',
          met: back,
        },
      ];
    } finally {
      await server.stop();
    }
  },
};
