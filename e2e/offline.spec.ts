import { expect, test } from './world.ts';

test.use({ serviceWorkers: 'allow' });

test('[SYN-1] edits made offline on both sides are merged after the reconnect', async ({ server, arrive }) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  await alice.type('start. ');
  await bob.sees('start. ');
  await alice.saved();
  await Promise.all([alice.goOffline(), bob.goOffline()]);
  await alice.type('alice was here. ');
  await bob.type('bob was here. ');
  await expect(alice.status).toHaveAttribute('data-saved', 'local');
  await expect(alice.status).toContainText('on this device');
  expect(await server.text('notes')).toBe('start. ');
  await Promise.all([alice.goOnline(), bob.goOnline()]);
  await Promise.all([alice.saved(), bob.saved()]);
  const text = await server.text('notes');
  expect(text).toContain('alice was here. ');
  expect(text).toContain('bob was here. ');
  await alice.sees(text);
  await bob.sees(text);
});

test('[SYN-1] a reload without a network shows the text, takes edits, and sends them when the network is back', async ({
  server,
  arrive,
}) => {
  const alice = await arrive('Alice', 'notes');
  await alice.type('before. ');
  await alice.saved();
  await alice.page.evaluate(() => navigator.serviceWorker.ready);
  await alice.goOffline();
  await alice.type('offline. ');
  await alice.keptOnDevice();
  await alice.page.reload();
  await alice.sees('before. offline. ');
  await expect(alice.status).toHaveAttribute('data-saved', 'local');
  await alice.type('after the reload. ');
  await alice.keptOnDevice();
  await alice.page.reload();
  await alice.sees('before. offline. after the reload. ');
  expect(await server.text('notes')).toBe('before. ');
  await alice.goOnline();
  await alice.saved();
  expect(await server.text('notes')).toBe('before. offline. after the reload. ');
});

test('[DUR-1] the server is killed under typing people and started again: nothing is lost', async ({
  server,
  arrive,
}) => {
  const [alice, bob] = [await arrive('Alice', 'notes'), await arrive('Bob', 'notes')];
  const typing = [alice.type('a'.repeat(150)), bob.type('b'.repeat(150))];
  await expect.poll(async () => (await server.text('notes')).length).toBeGreaterThan(20);
  await server.kill();
  await expect(alice.status).not.toHaveAttribute('data-connection', 'connected');
  await server.startAgain();
  await Promise.all(typing);
  await Promise.all([alice.connected(), bob.connected()]);
  await Promise.all([alice.saved(), bob.saved()]);
  await expect.poll(async () => (await server.text('notes')).length).toBe(300);
  const text = await server.text('notes');
  expect([text.replaceAll('b', '').length, text.replaceAll('a', '').length]).toEqual([150, 150]);
  await alice.sees(text);
  await bob.sees(text);
});

test('[DUR-1] "Saved" is not shown while the server is gone, and closing warns', async ({ server, arrive }) => {
  const alice = await arrive('Alice', 'notes');
  await alice.type('safe');
  await alice.saved();
  await server.kill();
  await alice.type('!');
  await expect(alice.status).toHaveAttribute('data-saved', 'local');
  const dialog = alice.page.waitForEvent('dialog');
  const closing = alice.page.close({ runBeforeUnload: true });
  expect((await dialog).type()).toBe('beforeunload');
  await (await dialog).dismiss();
  await closing;
  await server.startAgain();
  await alice.saved();
  expect(await server.text('notes')).toBe('safe!');
});
