import { ENGINES } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { part } from './visitor.ts';

const CARET = '[data-testid=editor] .cs-caret';

function face(name: string): string {
  return `${part('people')} [data-person="${name}"]`;
}

for (const engine of ENGINES) {
  test(`[SYN-1, SYN-8, PRE-1] ${engine}: two write at one place, see each other, and undo only their own`, async ({
    server,
    arriveIn,
  }) => {
    const [alice, bob] = [await arriveIn(engine, 'Alice', 'notes'), await arriveIn(engine, 'Bob', 'notes')];
    await alice.waitFor(face('Bob'));
    await bob.waitFor(face('Alice'));
    await Promise.all([alice.type('from alice. '), bob.type('from bob. ')]);
    await expect.poll(async () => (await server.text('notes')).length).toBe(22);
    const text = await server.text('notes');
    await alice.sees(text);
    await bob.sees(text);
    await alice.counts(CARET, 1);
    await bob.counts(CARET, 1);
    await alice.undoUntil('from bob. ', 'from alice. '.length);
    await bob.sees('from bob. ');
    // Nothing of hers is left to take back.
    await alice.tab.press('Control+z');
    await alice.type('again ');
    await bob.sees('from bob. again ');
    await bob.undoUntil('again ', 'from bob. '.length);
    await alice.sees('again ');
    await alice.saved();
    expect(await server.text('notes')).toBe('again ');
  });

  test(`[SYN-1] ${engine}: what is written without a network survives a reload and arrives later`, async ({
    server,
    arriveIn,
  }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('before. ');
    await alice.saved();
    await alice.tab.run(() => navigator.serviceWorker.ready.then(() => true));
    alice.cable.cut();
    await alice.type('offline. ');
    await alice.status('saved', 'local');
    await alice.keptOnDevice();
    // Its pages are kept: nobody is warned of a reload.
    await alice.loseNetwork();
    await alice.reads(part('status'), /^Offline: keep writing, \d+ edits are on this device(?!, do not reload)/);
    await alice.tab.reload();
    await alice.sees('before. offline. ');
    await alice.status('saved', 'local');
    await alice.type('after the reload. ');
    expect(await server.text('notes')).toBe('before. ');
    alice.cable.mend();
    await alice.saved();
    expect(await server.text('notes')).toBe('before. offline. after the reload. ');
  });

  test(`[DUR-1] ${engine}: the server is killed under typing people and started again`, async ({
    server,
    arriveIn,
  }) => {
    const [alice, bob] = [await arriveIn(engine, 'Alice', 'notes'), await arriveIn(engine, 'Bob', 'notes')];
    const typing = Promise.all([alice.type('a'.repeat(60)), bob.type('b'.repeat(60))]);
    await expect.poll(async () => (await server.text('notes')).length).toBeGreaterThan(5);
    await server.kill();
    await server.startAgain();
    await typing;
    await Promise.all([alice.saved(), bob.saved()]);
    await expect.poll(async () => (await server.text('notes')).length).toBe(120);
    const text = await server.text('notes');
    expect([text.replaceAll('b', '').length, text.replaceAll('a', '').length]).toEqual([60, 60]);
    await alice.sees(text);
    await bob.sees(text);
  });

  test(`[SEC-2] ${engine}: a link gives its role, and withdrawn it gives nothing`, async ({ visit }) => {
    const owner = await visit(engine, 'Olive');
    await owner.create();
    await owner.type('Hello. ');
    await owner.tab.click(part('share'));
    await owner.choose(part('share-anyone'), '');
    await owner.waitFor(part('new-link'));
    await owner.tab.click(part('new-link'));
    await owner.fill(part('link-label'), 'Viewers');
    await owner.choose(part('link-role'), 'viewer');
    await owner.tab.click(part('link-save'));
    await owner.waitFor(part('link-copy'));
    await owner.tab.click(part('link-copy'));
    await owner.reads(part('link-copy'), 'Copied');
    await owner.tab.press('Escape');
    await owner.waitUntilGone('dialog[open]');

    // The clipboard is read as a person would: by pasting.
    await owner.focus();
    await owner.tab.press('Control+End');
    await owner.tab.press('Control+v');
    await expect.poll(() => owner.shown()).toMatch(/#link\.[\w-]{43}$/);
    const link = new URL((await owner.shown()).replace('Hello. ', ''));
    await owner.tab.press('Control+z');
    await owner.sees('Hello. ');

    const vera = await visit(engine, 'Vera');
    await vera.enter(link.pathname + link.hash);
    await vera.connected();
    await vera.sees('Hello. ');
    await vera.waitFor(part('role-badge'));
    await vera.focus();
    await vera.tab.type('x');
    await vera.reads(part('toast'), 'You can only view this document.');
    await owner.type('More. ');
    await vera.sees('Hello. More. ');

    await owner.tab.click(part('share'));
    await owner.waitFor(part('link-revoke'));
    await owner.tab.click(part('link-revoke'));
    await owner.tab.click(part('link-revoke-now'));
    await vera.reads(part('gate'), 'Your access to this document was withdrawn.');
    await vera.tab.reload();
    await vera.reads(part('gate'), 'This link does not work any more.');
  });

  test(`${engine}: a new title reaches everybody, and typing goes on in the text`, async ({ server, arriveIn }) => {
    const [alice, bob] = [await arriveIn(engine, 'Alice', 'notes'), await arriveIn(engine, 'Bob', 'notes')];
    await alice.tab.click(part('title'));
    await alice.tab.press('Control+a');
    await alice.tab.type('Board minutes');
    await alice.tab.press('Enter');
    await alice.tab.type('Present: Ana');
    await bob.sees('Present: Ana');
    await bob.reads(part('title'), 'Board minutes');
    await alice.saved();
    expect(await server.text('notes')).toBe('Present: Ana');
  });

  test(`${engine}: search counts what it finds and goes to it`, async ({ server, arriveIn }) => {
    const alice = await arriveIn(engine, 'Alice', 'notes');
    await alice.type('cat dog cat Cat concatenate');
    await alice.tab.press('Control+Home');
    await alice.tab.press('Control+f');
    const [status, find] = ['.cs-search [role=status]', '.cs-search input[aria-label="Find"]'];
    await alice.waitFor(find);
    await alice.tab.type('cat');
    await alice.reads(status, '1 of 4');
    await alice.tab.press('Enter');
    await alice.reads(status, '2 of 4');
    await alice.tab.press('Escape');
    await alice.waitUntilGone(find);
    // What was found last is selected, and typed over.
    await alice.tab.type('bird');
    await alice.sees('cat dog bird Cat concatenate');
    await alice.undoUntil('cat dog cat Cat concatenate', 'bird'.length);
    await alice.saved();
    expect(await server.text('notes')).toBe('cat dog cat Cat concatenate');
  });
}
