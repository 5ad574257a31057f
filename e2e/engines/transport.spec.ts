import { HttpProxy } from '../../server/testing/http-proxy.ts';
import { ENGINES } from './engine.ts';
import { expect, test } from './engines-world.ts';

for (const engine of ENGINES) {
  test(`[CON-9] ${engine}: two people write together behind a proxy that refuses WebSockets, and go on when it allows them`, async ({
    server,
    visit,
  }) => {
    const [alice, bob] = [await visit(engine, 'Alice'), await visit(engine, 'Bob')];
    const proxy = await HttpProxy.open(`http://127.0.0.1:${server.port}`, { upgrades: 'refuse' });
    try {
      await server.provide('notes');
      for (const person of [alice, bob]) {
        await person.tab.open(proxy.url + server.path('notes'));
        await person.connected();
      }
      await alice.type('from alice. ');
      await bob.sees('from alice. ');
      await bob.type('from bob. ');
      await alice.sees('from alice. from bob. ');
      await Promise.all([alice.saved(), bob.saved()]);
      await alice.reads('[data-testid=status]', 'Saved');
      await alice.counts('[data-testid=editor] .cs-caret', 1);
      await bob.counts('[data-testid=editor] .cs-caret', 1);
      expect(await server.text('notes')).toBe('from alice. from bob. ');

      // The page looks for a better way when the network changes.
      const asked = proxy.upgrades;
      proxy.manners.upgrades = 'pass';
      for (const person of [alice, bob]) await person.tab.run(() => dispatchEvent(new Event('online')));
      await expect.poll(() => proxy.upgrades).toBeGreaterThanOrEqual(asked + 2);
      await alice.type('more. ');
      await bob.sees('from alice. from bob. more. ');
      await Promise.all([alice.saved(), bob.saved()]);
      expect(await server.text('notes')).toBe('from alice. from bob. more. ');

      // What it breaks off is gone on with.
      proxy.cut();
      await bob.type('and after. ');
      await alice.sees('from alice. from bob. more. and after. ');
      await Promise.all([alice.saved(), bob.saved()]);
      expect(await server.text('notes')).toBe('from alice. from bob. more. and after. ');
    } finally {
      for (const person of [alice, bob]) await person.tab.open('about:blank');
      await proxy.close();
    }
  });
}
