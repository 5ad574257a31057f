import { SeededRandom } from '../../server/testing/seeded-random.ts';
import { ENGINES } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { part } from './visitor.ts';

test('[SYN-1, PRE-1] one person in each engine write in one document, one of them over a cut cable', async ({
  server,
  arriveIn,
}) => {
  const people = [
    await arriveIn('chromium', 'Carol', 'notes'),
    await arriveIn('firefox', 'Finn', 'notes'),
    await arriveIn('webkit', 'Wren', 'notes'),
  ] as const;
  const [carol, finn, wren] = people;
  await carol.type('carol ');
  await wren.sees('carol ');
  await finn.type('finn ');
  await carol.sees('carol finn ');
  wren.cable.cut();
  await wren.type('wren ');
  await wren.status('saved', 'local');
  await carol.type('carol ');
  await finn.sees('carol finn carol ');
  expect(await server.text('notes')).toBe('carol finn carol ');
  wren.cable.mend();
  for (const person of people) await person.saved();
  const text = await server.text('notes');
  for (const person of people) {
    await person.sees(text);
    await person.counts(`${part('people')} [data-person]`, 3);
    await person.counts('[data-testid=editor] .cs-caret', 2);
  }
  expect([...text.split(' ')].sort()).toEqual(['', 'carol', 'carol', 'finn', 'wren']);
});

test('[SYN-1, DUR-1] five people in three engines with random edits end equal, on the disk too', async ({
  server,
  arriveIn,
}) => {
  const names = ['Alice', 'Bob', 'Carol', 'Dan', 'Eve'];
  const people = await Promise.all(
    names.map((name, index) => arriveIn(ENGINES[index % ENGINES.length] ?? 'chromium', name, 'crowd')),
  );
  await Promise.all(
    people.map(async (person, index) => {
      const random = new SeededRandom(index + 1);
      await person.focus();
      for (let step = 0; step < 30; step++) {
        const dice = random.next();
        if (dice < 0.5) await person.tab.type(random.pick(['ab', 'c ', 'é', 'e\u0301', '😀', 'שלום', 'x']));
        else if (dice < 0.6) await person.tab.press('Enter');
        else if (dice < 0.75) await person.tab.press('Backspace');
        else if (dice < 0.8) await person.tab.press('Control+z');
        else
          await person.tab.press(
            random.pick(['ArrowLeft', 'ArrowUp', 'Home', 'End', 'Control+Home', 'Shift+ArrowLeft']),
          );
      }
    }),
  );
  for (const person of people) await person.saved();
  const text = await server.text('crowd');
  expect(text.isWellFormed()).toBe(true);
  for (const person of people) await person.sees(text);
  await server.kill();
  await server.startAgain();
  expect(await server.text('crowd')).toBe(text);
});
