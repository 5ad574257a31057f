import { SeededRandom } from '../server/testing/seeded-random.ts';
import { expect, test } from './world.ts';

test('[SYN-1] two people type at the same place at the same time', async ({ server, arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await Promise.all([alice.type('from alice. '), bob.type('from bob. ')]);
  await expect.poll(async () => (await server.text('notes')).length).toBe(22);
  const text = await server.text('notes');
  await alice.sees(text);
  await bob.sees(text);
  expect([...text].sort()).toEqual([...'from alice. from bob. '].sort());
  expect(await alice.held()).toBe(text);
});

test('[SYN-1, DUR-1] five people at once with random edits end equal everywhere, on the disk too', async ({
  server,
  arrive,
}) => {
  const names = ['Alice', 'Bob', 'Carol', 'Dan', 'Eve'];
  const people = await Promise.all(names.map((name) => arrive(name, 'crowd')));
  await Promise.all(
    people.map(async ({ page, content }, index) => {
      const random = new SeededRandom(index + 1);
      await content.focus();
      for (let step = 0; step < 60; step++) {
        const dice = random.next();
        if (dice < 0.5) await page.keyboard.type(random.pick(['ab', 'c ', 'é', '😀', 'שלום', 'x']));
        else if (dice < 0.6) await page.keyboard.press('Enter');
        else if (dice < 0.75) await page.keyboard.press('Backspace');
        else if (dice < 0.8) await page.keyboard.press('Control+z');
        else
          await page.keyboard.press(
            random.pick(['ArrowLeft', 'ArrowUp', 'Home', 'End', 'Control+Home', 'Shift+ArrowLeft']),
          );
      }
    }),
  );
  for (const person of people) await person.saved();
  const text = await server.text('crowd');
  for (const person of people) {
    await person.sees(text);
    expect(await person.held()).toBe(text);
  }
  await server.kill();
  await server.startAgain();
  expect(await server.text('crowd')).toBe(text);
});

test('[SYN-8] undo takes back only what oneself wrote, also after a reconnect', async ({ arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'undo'), await arrive('Bob', 'undo')];
  // As one step each: typed letter by letter on a busy machine they may be two.
  await alice.content.focus();
  await alice.page.keyboard.insertText('alice ');
  await bob.sees('alice ');
  await bob.content.focus();
  await bob.page.keyboard.press('Control+End');
  await bob.page.keyboard.insertText('bob ');
  await alice.sees('alice bob ');
  await alice.goOffline();
  await alice.goOnline();
  await alice.connected();
  await alice.content.focus();
  await alice.page.keyboard.press('Control+z');
  await bob.sees('bob ');
  await alice.page.keyboard.press('Control+z');
  await alice.sees('bob ');
  await alice.page.keyboard.press('Control+Shift+Z');
  await bob.sees('alice bob ');
  await bob.page.keyboard.press('Control+z');
  await alice.sees('alice ');
});

test('two tabs of one person write in one document', async ({ server, arrive }) => {
  const alice = await arrive('Alice', 'tabs');
  const second = await alice.newTab('tabs');
  await alice.type('one ');
  await second.sees('one ');
  await second.type('two');
  await alice.sees('one two');
  await second.page.close();
  await expect(alice.faces).toHaveCount(1);
  await alice.saved();
  expect(await server.text('tabs')).toBe('one two');
});

test('line ends, tabs, pairs, marks and right-to-left text arrive as they were pasted', async ({ server, arrive }) => {
  const [alice, bob] = [
    await arrive('Alice', 'text', { permissions: ['clipboard-read', 'clipboard-write'] }),
    await arrive('Bob', 'text'),
  ];
  const text = 'tab\there\n😀👩‍👩‍👧 e\u0301 n\u0303\nשלום עולם\nمرحبا\n';
  await alice.page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await alice.content.focus();
  await alice.page.keyboard.press('Control+v');
  await bob.sees(text);
  await alice.saved();
  expect(await server.text('text')).toBe(text);
  await bob.type('!');
  await alice.sees(`${text}!`);
});

test('text with CRLF keeps it, no matter who edits', async ({ server, arrive }) => {
  await fetch(server.api('crlf'), {
    method: 'PUT',
    headers: { 'content-type': 'text/plain' },
    body: 'one\r\ntwo\r\nthree',
  });
  const [alice, bob] = [await arrive('Alice', 'crlf'), await arrive('Bob', 'crlf')];
  await alice.type('!');
  await bob.content.focus();
  await bob.page.keyboard.press('Control+Home');
  await bob.page.keyboard.type('>');
  await expect.poll(() => server.text('crlf')).toBe('>one\r\ntwo\r\nthree!');
  expect(await alice.held()).toBe('>one\r\ntwo\r\nthree!');
});
