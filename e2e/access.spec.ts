import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import type { Person } from './person.ts';
import { expect, test } from './world.ts';

/** Opens the share dialog as an owner sees it. */
async function share(owner: Person): Promise<void> {
  if (!(await owner.page.locator('dialog[open]').isVisible())) await owner.page.getByTestId('share').click();
  await expect(owner.page.getByTestId('share-anyone')).toBeVisible();
}

async function letAnyone(owner: Person, role: '' | 'viewer' | 'commenter' | 'editor'): Promise<void> {
  await share(owner);
  const answered = owner.page.waitForResponse((response) => response.request().method() === 'PATCH');
  await owner.page.getByTestId('share-anyone').selectOption(role);
  expect((await answered).ok()).toBe(true);
}

/** Makes a share link in the dialog. Returns its path with the fragment. */
async function makeLink(owner: Person, label: string, role: string, password = ''): Promise<string> {
  await share(owner);
  await owner.page.getByTestId('new-link').click();
  await owner.page.getByTestId('link-label').fill(label);
  await owner.page.getByTestId('link-role').selectOption(role);
  await owner.page.getByTestId('link-password').fill(password);
  await owner.page.getByTestId('link-save').click();
  const line = lineOf(owner, label);
  await line.getByTestId('link-copy').click();
  await expect(line.getByTestId('link-copy')).toHaveText('Copied');
  const { pathname, hash } = new URL(await owner.page.evaluate(() => navigator.clipboard.readText()));
  expect(hash).toMatch(/^#link\.[\w-]{43}$/);
  return pathname + hash;
}

function lineOf(owner: Person, label: string) {
  return owner.page.getByTestId('links').locator('li').filter({ hasText: label });
}

async function changeRole(owner: Person, label: string, role: string): Promise<void> {
  await share(owner);
  await lineOf(owner, label).getByTestId('link-change').click();
  await owner.page.getByTestId('link-role').selectOption(role);
  await owner.page.getByTestId('link-save').click();
  await expect(owner.page.getByTestId('link-form')).toHaveCount(0);
}

async function revoke(owner: Person, label: string): Promise<void> {
  await share(owner);
  await lineOf(owner, label).getByTestId('link-revoke').click();
  await owner.page.getByTestId('link-revoke-now').click();
  await expect(lineOf(owner, label)).toHaveCount(0);
}

async function closeDialog({ page }: Person): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog[open]')).toHaveCount(0);
}

/** Whether the text can be typed into, as the browser and a screen reader are told. */
async function isReadOnly({ content }: Person): Promise<boolean> {
  const [editable, readOnly] = await content.evaluate((element) => [
    (element as HTMLElement).isContentEditable,
    element.getAttribute('aria-readonly'),
  ]);
  expect(readOnly === 'true').toBe(!editable);
  return !editable;
}

async function seriousFindings(page: Page): Promise<string[]> {
  // The name flags of carets fade: half way they have any contrast.
  const { violations } = await new AxeBuilder({ page }).exclude('.cs-caret-flag').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

test('[SEC-2] owner, editor, commenter, viewer and a revoked person in one document', async ({ create, enter }) => {
  const owner = await create('Olive');
  await owner.type('Hello. ');
  await letAnyone(owner, '');
  const links = {
    Edith: await makeLink(owner, 'Editors', 'editor'),
    Carl: await makeLink(owner, 'Commenters', 'commenter'),
    Vera: await makeLink(owner, 'Viewers', 'viewer'),
    Rex: await makeLink(owner, 'Rex alone', 'editor'),
  };
  await closeDialog(owner);
  const [edith, carl, vera, rex] = [
    await enter('Edith', links.Edith),
    await enter('Carl', links.Carl),
    await enter('Vera', links.Vera),
    await enter('Rex', links.Rex),
  ];
  for (const person of [edith, carl, vera, rex]) await person.connected();
  await edith.type('Edith writes. ');
  await rex.sees('Hello. Edith writes. ');
  await rex.type('Rex writes.');
  for (const person of [owner, edith, carl, vera, rex]) await person.sees('Hello. Edith writes. Rex writes.');

  // Who is seen: all but the viewer. Who writes: owner and editors.
  await expect(owner.face('Carl')).toBeVisible();
  await expect(owner.face('Vera')).toHaveCount(0);
  for (const [person, readOnly] of [
    [owner, false],
    [edith, false],
    [carl, true],
    [vera, true],
    [rex, false],
  ] as const) {
    expect([person.name, await isReadOnly(person)]).toEqual([person.name, readOnly]);
    await expect(person.page.getByTestId('role-badge')).toHaveCount(readOnly ? 1 : 0);
    await expect(person.page.getByTestId('strip-syntax')).toHaveText('Markdown');
    await expect(person.page.getByTestId('strip-indentation')).toHaveCount(readOnly ? 0 : 1);
  }
  await expect(vera.title).toBeDisabled();
  await vera.content.click();
  await vera.page.keyboard.type('Vera tries.');
  await expect(vera.page.getByTestId('toast')).toHaveText(
    'You can only view this document. Its owner can let you edit it.',
  );
  await vera.page.getByTestId('role-badge').click();
  await expect(vera.page.getByText('You can read this document, not change it.')).toBeVisible();
  expect(await seriousFindings(vera.page)).toEqual([]);

  // Revoked: out at once, and out after a reload, with what was there readable.
  await revoke(owner, 'Rex alone');
  await expect(rex.page.getByTestId('gate')).toContainText('Your access to this document was withdrawn.');
  await closeDialog(owner);
  await owner.type(' After Rex.');
  await vera.sees('Hello. Edith writes. Rex writes. After Rex.');
  await rex.page.reload();
  await expect(rex.page.getByTestId('gate')).toContainText('This link does not work any more.');
  await rex.sees('Hello. Edith writes. Rex writes.');
  expect(await isReadOnly(rex)).toBe(true);
  expect(await seriousFindings(rex.page)).toEqual([]);
  const downloading = rex.page.waitForEvent('download');
  await rex.page.getByTestId('offline-download').click();
  expect(await readFile(await (await downloading).path(), 'utf8')).toBe('Hello. Edith writes. Rex writes.');

  // Without the link he is nobody here; once anybody may read, he is let in by himself.
  await rex.page.getByTestId('gate-forget').click();
  await expect(rex.page.getByTestId('gate')).toContainText('Ask its owner for a link.');
  await letAnyone(owner, 'viewer');
  await rex.page.getByTestId('gate-try-again').click();
  await rex.sees('Hello. Edith writes. Rex writes. After Rex.');
});

test.describe('with a server that writes all it can', () => {
  test.use({ settings: ['--log-level', 'debug'] });

  test('[SEC-3] the secrets of links, tickets and owners are in no address, no history, no Referer and no log', async ({
    create,
    visitor,
    server,
  }) => {
    const owner = await create('Olive');
    const sentByOwner = owner.cable.record();
    const open = await makeLink(owner, 'Viewers', 'viewer');
    const locked = await makeLink(owner, 'Locked', 'editor', 'open-sesame');
    await letAnyone(owner, '');
    const vera = await visitor('Vera');
    const sentByVera = vera.cable.record();
    const { page } = vera;
    const clean = vera.cable.url + open.slice(0, open.indexOf('#'));
    await page.goto(`${vera.cable.url}/`);
    await page.goto(vera.cable.url + open);
    await vera.connected();
    await expect(page).toHaveURL(clean);

    // The bar's own link to the start page, back and forward: the address stays clean, the access stays.
    await page.locator('.bar-home').click();
    await expect(page).toHaveURL(`${vera.cable.url}/`);
    await page.goBack();
    await vera.connected();
    await page.goBack();
    await page.goForward();
    await vera.connected();
    await expect(page).toHaveURL(clean);

    // Another link put into the address bar of the open page: nothing is loaded, the fragment alone changes.
    await page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      locked.slice(locked.indexOf('#')),
    );
    await expect(page).toHaveURL(clean);
    await page.getByTestId('password').fill('open-sesame');
    await page.keyboard.press('Enter');
    await vera.connected();
    await expect(page.getByTestId('role-badge')).toHaveCount(0);

    const secrets = [open, locked].map((path) => path.slice(path.indexOf('.') + 1));
    const kept = (person: Person) =>
      person.page.evaluate((name) => localStorage.getItem(`coscribe.access.${name}`) ?? '', owner.documentName);
    secrets.push(
      /own\.([\w-]{43})/.exec(await kept(owner))?.[1] ?? '',
      /ticket\.([\w.-]+)/.exec(await kept(vera))?.[1] ?? '',
    );
    expect(secrets.map(({ length }) => length > 40)).toEqual([true, true, true, true]);
    secrets.push('open-sesame');
    const holdsSecret = (text: string) => secrets.some((secret) => text.includes(secret));

    // What went over the wire: only headers that nobody logs hold one, and what was posted.
    for (const sent of [sentByOwner(), sentByVera()]) {
      const lines = sent.split('\r\n').filter(holdsSecret);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => !/^(authorization: |sec-websocket-protocol: |\{")/i.test(line))).toEqual([]);
    }
    expect(sentByVera()).toMatch(/^referer: /im);
    // What is behind back and forward, and in the page.
    const browser = await vera.context.newCDPSession(page);
    const { entries } = await browser.send('Page.getNavigationHistory');
    expect(entries.length).toBeGreaterThan(2);
    expect(entries.map(({ url }) => url).filter(holdsSecret)).toEqual([]);
    expect(holdsSecret(await page.evaluate(() => document.documentElement.outerHTML))).toBe(false);
    // What the server wrote.
    await revoke(owner, 'Locked');
    await expect(page.getByTestId('gate')).toBeVisible();
    await expect.poll(() => server.output).toContain('"security":"revoked"');
    expect(server.output.split('\n').filter(holdsSecret)).toEqual([]);
  });
});

test('a role changes live, both ways, and nothing that was typed is lost', async ({ create, enter }) => {
  const owner = await create('Olive');
  await letAnyone(owner, '');
  const path = await makeLink(owner, 'Editors', 'editor');
  await closeDialog(owner);
  const edith = await enter('Edith', path);
  await edith.connected();
  await edith.type('one ');
  await owner.sees('one ');

  await changeRole(owner, 'Editors', 'viewer');
  await expect(edith.page.getByTestId('role-badge')).toBeVisible();
  expect(await isReadOnly(edith)).toBe(true);
  await changeRole(owner, 'Editors', 'editor');
  await expect(edith.page.getByTestId('role-badge')).toHaveCount(0);
  await edith.type('two ');
  await edith.saved();

  // Written without a connection, demoted meanwhile: it stays on the device, is offered, and is saved with the role's return.
  await edith.goOffline();
  await edith.type('three ');
  await edith.keptOnDevice();
  await changeRole(owner, 'Editors', 'viewer');
  await closeDialog(owner);
  await edith.goOnline();
  await expect(edith.page.getByTestId('stranded')).toContainText('on this device only');
  await edith.sees('one two three ');
  await owner.type('four ');
  await expect.poll(() => edith.shown()).toContain('four ');
  expect(await owner.shown()).not.toContain('three');
  const downloading = edith.page.waitForEvent('download');
  await edith.page.getByTestId('offline-download').click();
  expect(await readFile(await (await downloading).path(), 'utf8')).toContain('three');
  await edith.page.getByTestId('copy-text').click();
  await expect.poll(() => edith.page.evaluate(() => navigator.clipboard.readText())).toContain('three');
  await changeRole(owner, 'Editors', 'editor');
  await edith.saved();
  await expect.poll(() => owner.shown()).toContain('three');
  await expect(edith.page.getByTestId('stranded')).toHaveCount(0);
});

test('a demotion in the midst of typing leaves a page that reads', async ({ create, enter }) => {
  const owner = await create('Olive');
  const path = await makeLink(owner, 'Editors', 'editor');
  await letAnyone(owner, '');
  const edith = await enter('Edith', path);
  await edith.connected();
  await edith.content.focus();
  const typing = edith.page.keyboard.type('x'.repeat(400), { delay: 5 });
  await expect.poll(() => owner.shown()).toContain('xxx');
  await changeRole(owner, 'Editors', 'viewer');
  await typing;
  await expect(edith.page.getByTestId('role-badge')).toBeVisible();
  await expect(edith.status).toHaveAttribute('data-connection', 'connected');
  await closeDialog(owner);
  await owner.type('still here');
  await expect.poll(() => edith.shown()).toContain('still here');
});

test('a link with a password asks for it, says when it is wrong, and remembers the right one', async ({
  create,
  enter,
}) => {
  const owner = await create('Olive');
  await owner.type('Behind a password.');
  await letAnyone(owner, '');
  const path = await makeLink(owner, 'Locked', 'editor', 'open sesame');
  await closeDialog(owner);
  const pia = await enter('Pia', path);
  await expect(pia.page.getByTestId('gate')).toContainText('This link has a password.');
  await expect(pia.page.getByTestId('password')).toBeFocused();
  expect(await seriousFindings(pia.page)).toEqual([]);
  await pia.page.keyboard.type('wrong');
  await pia.page.keyboard.press('Enter');
  await expect(pia.page.getByTestId('password-problem')).toHaveText('This is not the password of the link.');
  await pia.page.getByTestId('password').fill('open sesame');
  await pia.page.keyboard.press('Enter');
  await pia.sees('Behind a password.');
  await pia.page.reload();
  await pia.sees('Behind a password.');
  await pia.type(' And in.');
  await owner.sees('Behind a password. And in.');
});

test.describe('with a server of its own, which then lets nobody from here try a password', () => {
  test.use({ ownServer: true });

  test('anyone who tries many passwords is told to wait, and for how long', async ({ create, enter }) => {
    const owner = await create('Olive');
    await letAnyone(owner, '');
    const mallory = await enter('Mallory', await makeLink(owner, 'Locked', 'viewer', 'open sesame'));
    const { page } = mallory;
    const guess = async () => {
      await expect(page.getByTestId('password-submit')).toBeEnabled();
      const answered = page.waitForResponse(/\/ticket$/);
      await page.getByTestId('password').fill('guess');
      await page.getByTestId('password').press('Enter');
      expect((await answered).status()).toBe(429);
      // In one look, because the first waits are short; who misses one guesses on, and the next is twice as long.
      const look = () =>
        page.getByTestId('gate').evaluate((gate) => ({
          problem: gate.querySelector('[data-testid=password-problem]')?.textContent?.trim(),
          waits: gate.querySelector<HTMLButtonElement>('[data-testid=password-submit]')?.disabled,
        }));
      const told = { problem: expect.stringMatching(/Too many wrong passwords. Try again in \d+ s\./), waits: true };
      await expect.poll(look, { timeout: 500, intervals: [20] }).toEqual(told);
    };
    await expect(guess).toPass({ intervals: [0] });
    await expect(page.getByTestId('password-submit')).toBeEnabled();
  });
});

test('a link ends by itself, for those who are in, too', async ({ create, enter }) => {
  const owner = await create('Olive');
  await owner.type('For a while.');
  await letAnyone(owner, '');
  const path = await makeLink(owner, 'Short', 'viewer');
  const vera = await enter('Vera', path);
  await vera.sees('For a while.');
  // The dialog counts in minutes at least; the server takes any time.
  const expired = await owner.page.evaluate(async (name) => {
    const kept = JSON.parse(localStorage.getItem(`coscribe.access.${name}`) ?? '{}') as {
      ownerKey: { credential: string };
    };
    const headers = { Authorization: `Bearer ${kept.ownerKey.credential}`, 'Content-Type': 'application/json' };
    const address = `/api/documents/${name}`;
    const { links } = await (await fetch(`${address}/access`, { headers })).json();
    // Where it takes longer than that until the server reads it, the time is over and it is refused.
    for (let ms = 1_500; ms < 60_000; ms *= 2) {
      const body = JSON.stringify({ expiresAt: new Date(Date.now() + ms).toISOString() });
      const { status } = await fetch(`${address}/links/${links[0].id}`, { method: 'PATCH', headers, body });
      if (status !== 400) return status;
    }
    return 400;
  }, owner.documentName);
  expect(expired).toBe(200);
  await expect(vera.page.getByTestId('gate')).toContainText('The link has expired.');
  await vera.page.reload();
  await expect(vera.page.getByTestId('gate')).toContainText('The link has expired.');
});

test('the owner key is downloaded and makes an owner of another browser, by paste and by link', async ({
  create,
  enter,
}) => {
  const owner = await create('Olive');
  await owner.type('Mine.');
  await letAnyone(owner, 'viewer');
  const downloading = owner.page.waitForEvent('download');
  await owner.page.getByTestId('owner-key-download').click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('Untitled – owner key.txt');
  const file = await readFile(await download.path(), 'utf8');
  const [key = ''] = /own\.[\w-]{43}/.exec(file) ?? [];

  const elsewhere = await enter('Olive II', `/d/${owner.documentName}`);
  await elsewhere.connected();
  await elsewhere.page.getByTestId('share').click();
  await elsewhere.page.getByText('I own this document on another device').click();
  await elsewhere.page.getByTestId('owner-key').fill(key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')));
  await elsewhere.page.getByTestId('owner-key-use').click();
  await expect(elsewhere.page.getByText('This is not the owner key of this document.')).toBeVisible();
  await elsewhere.page.getByTestId('owner-key').fill(file);
  await elsewhere.page.getByTestId('owner-key-use').click();
  await expect(elsewhere.page.getByTestId('share-anyone')).toBeVisible();
  await closeDialog(elsewhere);
  await elsewhere.type(' Still mine.');
  await owner.sees('Mine. Still mine.');

  const byLink = await enter('Olive III', `/d/${owner.documentName}#${key}`);
  await byLink.connected();
  expect(byLink.page.url()).not.toContain('own.');
  await share(byLink);
});

test('[SEC-16] an owner adds another by a link, and who is removed is an owner no longer, at once', async ({
  create,
  enter,
}) => {
  const owner = await create('Olive');
  await owner.type('Ours.');
  await letAnyone(owner, 'viewer');
  const owners = owner.page.getByTestId('owners').locator('li');
  await expect(owners).toHaveCount(1);
  await expect(owners).toContainText('you, in this browser');
  await expect(owners.getByTestId('owner-remove')).toHaveCount(0);

  await owner.page.getByTestId('new-owner').press('Enter');
  await expect(owner.page.getByTestId('new-owner-link')).toBeFocused();
  const { pathname, hash } = new URL(await owner.page.getByTestId('new-owner-link').inputValue());
  await expect(owners).toHaveCount(2);
  expect(await seriousFindings(owner.page)).toEqual([]);

  const other = await enter('Otto', pathname + hash);
  await other.connected();
  await other.type(' Otto writes.');
  await owner.sees('Ours. Otto writes.');
  await share(other);
  const removed = other.page.getByTestId('owners').locator('li').filter({ hasNotText: 'you' });
  await removed.getByTestId('owner-remove').press('Enter');
  await expect(other.page.getByRole('button', { name: 'Keep', exact: true })).toBeFocused();
  await other.page.keyboard.press('Escape');
  await expect(removed.getByTestId('owner-remove')).toBeFocused();
  await removed.getByTestId('owner-remove').press('Enter');
  await other.page.getByTestId('owner-remove-now').press('Enter');
  await expect(removed).toHaveCount(0);
  await expect(other.page.getByTestId('owners').locator('li')).toHaveCount(1);

  // The first owner, whose dialog is open, decides nothing any more.
  await expect(owner.page.getByTestId('gate')).toBeVisible();
  await owner.page.getByTestId('share-anyone').selectOption('editor');
  await expect(owner.page.getByTestId('share-problem')).toContainText('This was not changed.');
});

test('an owner who removes themselves goes on with what the document link allows', async ({ create, enter }) => {
  const owner = await create('Olive');
  await letAnyone(owner, 'viewer');
  await owner.page.getByTestId('new-owner').click();
  const { pathname, hash } = new URL(await owner.page.getByTestId('new-owner-link').inputValue());
  const other = await enter('Otto', pathname + hash);
  await other.connected();
  const own = owner.page.getByTestId('owners').locator('li').filter({ hasText: 'you, in this browser' });
  await own.getByTestId('owner-remove').click();
  await owner.page.getByTestId('owner-remove-now').click();
  await expect(owner.page.getByTestId('owners')).toHaveCount(0);
  await expect(owner.page.getByTestId('share-who')).toContainText('can read');
  await closeDialog(owner);
  await expect.poll(() => isReadOnly(owner)).toBe(true);
  await other.type('Otto’s now.');
  await owner.sees('Otto’s now.');
});

test('[SEC-17] links that do not work keep nobody out, nor push out one that does', async ({
  create,
  enter,
  visitor,
}) => {
  const owner = await create('Olive');
  await owner.type('Open.');
  const trap = 'x'.repeat(43);
  const ana = await visitor('Ana');
  // Looked for from the start: it is gone after a while.
  const toast = expect(ana.page.getByTestId('toast'));
  await Promise.all([
    toast.toHaveText('The owner key in the link is not one of this document.'),
    ana.page.goto(`${ana.cable.url}/d/${owner.documentName}#own.${trap}`),
  ]);
  await ana.sees('Open.');
  await expect(ana.page.getByTestId('gate')).toHaveCount(0);

  const path = await makeLink(owner, 'Editors', 'editor');
  await letAnyone(owner, '');
  await closeDialog(owner);
  // As a mail program makes it of a sentence's end.
  const ben = await enter('Ben', `${path}).`);
  await ben.sees('Open.');
  expect(new URL(ben.page.url()).hash).toBe('');
  for (let number = 0; number < 6; number++) {
    await ben.page.goto('about:blank');
    await ben.page.goto(`${ben.cable.url}/d/${owner.documentName}#link.${trap.slice(1)}${number}`);
    await ben.connected();
  }
  await ben.type(' Ben writes.');
  await owner.sees('Open. Ben writes.');
});

test('[SEC-17] that a link does not work is said also where that is known before the page has been built', async ({
  create,
  visitor,
}) => {
  const owner = await create('Olive');
  await owner.type('Open.');
  const ana = await visitor('Ana');
  // What shows the document comes when the server has let her in, after it refused the key.
  const letIn = new Promise<void>((resolve) => {
    ana.page.on('websocket', (webSocket) => webSocket.on('framereceived', () => resolve()));
  });
  await ana.page.route(/\/show-document-/, (route) => letIn.then(() => route.continue()));
  await Promise.all([
    expect(ana.page.getByTestId('toast')).toHaveText('The owner key in the link is not one of this document.'),
    ana.page.goto(`${ana.cable.url}/d/${owner.documentName}#own.${'x'.repeat(43)}`),
  ]);
  await ana.sees('Open.');
});

test('a new document made without a connection is kept, and is owned when the server is back', async ({
  visitor,
  server,
}) => {
  const owner = await visitor('Olive');
  await owner.page.goto(owner.cable.url);
  // The pages are there and the server is not, as with the kept pages of a train.
  await owner.page.route('**/api/**', (route) => route.abort());
  await owner.page.getByTestId('new-document').first().click();
  await expect(owner.content).toBeVisible();
  await owner.type('Written before the server knew.');
  await owner.keptOnDevice();
  await owner.page.unroute('**/api/**');
  await owner.saved();
  expect(await server.text(owner.documentName)).toBe('Written before the server knew.');
  await share(owner);
});

test('a private document says so to a stranger, in words that an audit finds nothing wrong with', async ({
  create,
  enter,
}) => {
  const owner = await create('Olive');
  await owner.type('Private.');
  await letAnyone(owner, '');
  await makeLink(owner, 'Viewers', 'viewer', 'a password');
  expect(await seriousFindings(owner.page)).toEqual([]);
  await lineOf(owner, 'Viewers').getByTestId('link-change').click();
  expect(await seriousFindings(owner.page)).toEqual([]);
  await owner.page.keyboard.press('Escape');
  await expect(owner.page.locator('dialog[open]')).toHaveCount(1);
  await expect(lineOf(owner, 'Viewers').getByTestId('link-change')).toBeFocused();
  await lineOf(owner, 'Viewers').getByTestId('link-revoke').press('Enter');
  await expect(owner.page.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await owner.page.keyboard.press('Enter');
  await expect(lineOf(owner, 'Viewers').getByTestId('link-revoke')).toBeFocused();

  const stranger = await enter('Stan', `/d/${owner.documentName}`);
  await expect(stranger.page.getByTestId('gate')).toContainText('This document is private.');
  await expect(stranger.page.getByTestId('editor')).toBeHidden();
  expect(await seriousFindings(stranger.page)).toEqual([]);
});

for (const width of [390, 320]) {
  test(`sharing and refusals fit into ${width} pixels, in the dark too`, async ({ create, enter }) => {
    const options = { viewport: { width, height: 700 }, colorScheme: 'dark', reducedMotion: 'reduce' } as const;
    const owner = await create('Olive', options);
    await letAnyone(owner, '');
    const path = await makeLink(owner, 'A label as long as people who explain everything make it', 'viewer');
    await owner.page.getByTestId('new-link').click();
    const vera = await enter('Vera', path, options);
    await vera.connected();
    const stranger = await enter('Stan', `/d/${owner.documentName}`, options);
    await expect(stranger.page.getByTestId('gate')).toBeVisible();
    for (const { page } of [owner, vera, stranger]) {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await seriousFindings(page)).toEqual([]);
    }
    const dialog = owner.page.locator('dialog[open]');
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  });
}
