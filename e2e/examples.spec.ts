import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Locator, type Page, test as playwright } from 'playwright/test';
import { ServerProcess } from '../server/testing/server-process.ts';
import { ExampleCopies } from './example-site.ts';
import { HostSite } from './host-page.ts';
import { StockServer } from './stock-server.ts';

declare global {
  interface Window {
    /** How many editors came into the page. */
    mounted: number;
  }
}

/** What the examples have for the address of the server. */
const SERVER = '127.0.0.1:1234';

/** The examples as they are served, and the servers that they use. */
interface Served {
  readonly copies: ExampleCopies;
  readonly host: HostSite;
  readonly server: ServerProcess;
}

/** Somebody at a window of their own. */
interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
}

interface World {
  visit: (url: string) => Promise<Visitor>;
  /** Does something when the test is over, however it ends; what was asked for last comes first. */
  afterwards: (end: () => unknown) => void;
}

const test = playwright.extend<World, { served: Served }>({
  served: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const copies = await ExampleCopies.make();
      const host = await HostSite.open(copies.site);
      const data = await mkdtemp(join(tmpdir(), 'coscribe-e2e-'));
      const { port } = new URL(host.url);
      const server = await ServerProcess.start(data, [
        ...['--port', '0', '--field', 'content'],
        ...['--frame-ancestors', `http://localhost:${port}`],
      ]);
      const addresses = { [SERVER]: new URL(server.url).host };
      await Promise.all([
        copies.publish('plain-html', addresses),
        copies.publish('iframe', addresses),
        copies.build('react', addresses),
        copies.build('vue', addresses),
        // As it is: its test knows two servers.
        copies.build('y-websocket', {}),
      ]);
      await use({ copies, host, server });
      await server.end('SIGTERM');
      await host.close();
      await copies.remove();
      await rm(data, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  afterwards: async ({}, use) => {
    const ends: (() => unknown)[] = [];
    await use((end) => ends.push(end));
    for (const end of ends.reverse()) await end();
  },
  visit: async ({ browser }, use) => {
    const failures: string[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (url) => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => failures.push(String(error)));
      await page.goto(url);
      return { page, context };
    });
    for (const context of contexts) await context.close();
    expect(failures, 'a page threw').toEqual([]);
  },
});

// One after the other, so that all is built once and one server serves them.
test.describe.configure({ mode: 'default' });

/** The text that an editor shows, without the flags that y-codemirror.next puts between the letters. */
function shown(content: Locator): Promise<string> {
  return content.evaluate((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const drawn of copy.querySelectorAll('.cm-placeholder, .cm-ySelectionCaret')) drawn.remove();
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n');
  });
}

/** Lets two people write, in turns and at the same time, until both have the same. */
async function writeTogether(alice: Locator, bob: Locator): Promise<void> {
  await alice.click();
  await alice.press('Control+End');
  await alice.pressSequentially('alice');
  await expect.poll(() => shown(bob)).toContain('alice');
  await bob.click();
  await bob.press('Control+End');
  await bob.pressSequentially(', bob');
  await expect.poll(() => shown(alice)).toContain('alice, bob');

  await alice.press('Control+Home');
  await Promise.all([alice.pressSequentially('Both. '), bob.pressSequentially('.')]);
  const text = /^Both\. .*alice, bob\.$/s;
  await expect.poll(() => shown(alice)).toMatch(text);
  await expect.poll(() => shown(bob)).toMatch(text);
  expect(await shown(bob)).toBe(await shown(alice));
}

const content = (page: Page) => page.locator('.cm-content');

/** Every WebSocket that a page opened. */
function sockets(page: Page) {
  const opened: { isClosed(): boolean }[] = [];
  page.on('websocket', (socket) => opened.push(socket));
  return { opened, stillOpen: () => opened.filter((socket) => !socket.isClosed()).length };
}

test('plain-html: one script and one tag', async ({ served, visit }) => {
  const alice = await visit(`${served.host.url}/plain-html/`);
  const bob = await visit(`${served.host.url}/plain-html/`);
  await writeTogether(content(alice.page), content(bob.page));
  await expect(alice.page.locator('.cs-caret')).toHaveCount(1);
  await expect(alice.page.locator('coscribe-editor [part=status]')).toContainText('Saved');
});

test('react: strict mode mounts twice, and what is taken out of the page is gone', async ({ served, visit }) => {
  const alice = await visit(`${served.host.url}/react/?name=Ada`);
  const bob = await visit(`${served.host.url}/react/?name=Bob`);
  await expect(alice.page.getByRole('listitem')).toHaveText(['Ada', 'Bob']);
  await writeTogether(content(alice.page), content(bob.page));
  await expect(bob.page.getByText('Everything is on the server.')).toBeVisible();
  const before = await shown(content(alice.page));

  const connections = sockets(alice.page);
  await alice.page.evaluate(() => {
    window.mounted = 0;
    new MutationObserver((records) => {
      for (const { addedNodes } of records) {
        for (const node of addedNodes) if ((node as Element).matches?.('.cm-editor')) window.mounted++;
      }
    }).observe(document.body, { subtree: true, childList: true });
  });
  await alice.page.getByRole('button', { name: 'createEditor' }).click();
  await expect.poll(() => shown(content(alice.page))).toBe(before);
  expect(await alice.page.evaluate(() => window.mounted)).toBe(2);
  expect(connections.stillOpen()).toBe(1);
  await expect(alice.page.locator('.cm-editor')).toHaveCount(1);
  await content(alice.page).press('Control+End');
  await content(alice.page).pressSequentially('!');
  await expect.poll(() => shown(content(bob.page))).toBe(`${before}!`);
  await expect(bob.page.locator('.cs-caret')).toHaveCount(1);

  await bob.page.getByRole('button', { name: 'Reading' }).click();
  await expect.poll(() => shown(content(bob.page))).toBe('');
  await alice.page.getByRole('button', { name: 'Closed' }).click();
  await expect(alice.page.locator('.cm-editor')).toHaveCount(0);
  await expect.poll(connections.stillOpen).toBe(0);
});

test('vue: the tag in a template', async ({ served, visit }) => {
  const alice = await visit(`${served.host.url}/vue/?name=Ada`);
  const bob = await visit(`${served.host.url}/vue/?name=Bob`);
  await writeTogether(content(alice.page), content(bob.page));
  await expect(alice.page.getByText('3 words')).toBeVisible();
  await bob.page.getByLabel('Your name').fill('Robert');
  await alice.page.getByRole('button', { name: 'Robert' }).click();
  await expect(alice.page.locator('.cs-caret-flag')).toHaveText('Robert');
  await alice.page.getByLabel('Only read').check();
  await expect(content(alice.page)).toHaveAttribute('contenteditable', 'false');
  await alice.page.getByLabel('Show').uncheck();
  await expect(alice.page.locator('coscribe-editor')).toHaveCount(0);
  await expect(bob.page.getByRole('button', { name: 'Ada' })).toHaveCount(0);
});

test('iframe: a document of another site, where that may keep no cookies', async ({ served, visit }) => {
  const url = `${served.host.url.replace('127.0.0.1', 'localhost')}/iframe/`;
  // A page would ask first whether to create it.
  const made = await fetch(`${served.server.url}/api/documents/iframe-example`, { method: 'PUT' });
  expect(made.status).toBe(201);
  const open = async () => {
    const { page, context } = await visit('about:blank');
    const devTools = await context.newCDPSession(page);
    await devTools.send('Network.enable');
    await devTools.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true });
    await page.goto(url);
    const frame = page.frameLocator('iframe');
    const field = frame.getByTestId('editor').locator('.cm-content');
    await expect(frame.getByTestId('status')).toHaveAttribute('data-connection', 'connected');
    return { page, frame, field };
  };
  const alice = await open();
  // A window of a test keeps none anyway where Chromium has it so for private ones, nor anything else for the frame.
  const setsCookie = async () => {
    await cookieStore.set({ name: 'probe', value: '1', sameSite: 'none' }).catch(() => null);
    return (await cookieStore.getAll()).length;
  };
  expect(await alice.page.evaluate(setsCookie)).toBe(1);
  expect(await alice.field.evaluate(setsCookie)).toBe(0);
  const bob = await open();
  await writeTogether(alice.field, bob.field);
  await expect(alice.frame.getByTestId('status')).toHaveAttribute('data-saved', 'saved');

  // A document that is not everybody's, by a share link: the frame can keep nothing of it on the device.
  const address = `${served.server.url}/api/documents/iframe-private`;
  const headers = {
    authorization: `Bearer own.${randomBytes(32).toString('base64url')}`,
    'content-type': 'application/json',
  };
  const post = async (method: string, url: string, body: object) =>
    (await fetch(url, { method, headers, body: JSON.stringify(body) })).json();
  await post('PUT', address, { content: 'for a few', anyone: null });
  const { link } = await post('POST', `${address}/links`, { role: 'editor' });
  await bob.page.locator('iframe').evaluate((frame, src) => {
    (frame as HTMLIFrameElement).src = src;
  }, `${served.server.url}/d/iframe-private#${link}`);
  await expect.poll(() => shown(bob.field)).toBe('for a few');
  await bob.field.press('Control+End');
  await bob.field.pressSequentially(' people');
  await expect(bob.frame.getByTestId('status')).toHaveAttribute('data-saved', 'saved');
  const text = await fetch(`${address}/text`, { headers });
  expect(await text.text()).toBe('for a few people');
});

test('node-backend: its people come with its tokens, everybody else stays out', async ({
  served,
  visit,
  afterwards,
}) => {
  const folder = await served.copies.copy('node-backend');
  const backend = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  backend.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const ended = once(backend, 'exit');
  afterwards(() => backend.kill('SIGKILL'));
  const [line] = await Promise.race([once(backend.stdout.setEncoding('utf8'), 'data'), ended]);
  const url = /http:\S+/.exec(String(line))?.[0] ?? '';
  expect(url, complaints).not.toBe('');
  const signIn = async (name: string) => {
    const { page } = await visit(url);
    await page.getByRole('button', { name }).click();
    await expect(page.locator('#people')).toContainText(name === 'Alan' ? 'Ada' : name);
    return page;
  };
  const ada = await signIn('Ada');
  const grace = await signIn('Grace');
  await expect.poll(() => shown(content(ada))).toBe('# Plan\n\n');
  await content(ada).press('Control+Home');
  await content(ada).pressSequentially('Ada: ');
  await content(grace).press('Control+End');
  await content(grace).pressSequentially('Grace');
  await expect.poll(() => shown(content(ada))).toBe('Ada: # Plan\n\nGrace');
  await expect.poll(() => shown(content(grace))).toBe('Ada: # Plan\n\nGrace');
  await expect(ada.locator('#people')).toHaveText('Here now: Ada, Grace');

  const alan = await signIn('Alan');
  await expect.poll(() => shown(content(alan))).toBe('Ada: # Plan\n\nGrace');
  await expect(content(alan)).toHaveAttribute('contenteditable', 'false');
  await expect(alan.locator('[part=status]')).toHaveText('View only');

  const status = async (path: string, method = 'GET') => (await fetch(url + path, { method })).status;
  expect(await status('/token')).toBe(401);
  expect(await status('/sign-in?user=constructor', 'POST')).toBe(404);
  expect(await status('/api/documents/team%2Fplan/text')).toBe(401);

  backend.kill();
  expect(await ended).toEqual([0, null]);
});

test('y-websocket: the application with another address is the same application', async ({
  served,
  visit,
  afterwards,
}) => {
  const { copies, host } = served;
  const data = await mkdtemp(join(tmpdir(), 'coscribe-e2e-'));
  afterwards(() => rm(data, { recursive: true, force: true }));
  const ours = await ServerProcess.start(data, ['--port', '0', '--field', 'codemirror']);
  afterwards(() => ours.end('SIGTERM'));
  const stock = await StockServer.start();
  afterwards(() => stock.stop());
  const server = `ws://${SERVER}/sync`;
  await copies.republish('y-websocket', 'with-stock-server', { [server]: stock.url });
  await copies.republish('y-websocket', 'with-coscribe', { [server]: `${ours.url.replace('http', 'ws')}/sync` });
  for (const application of ['with-stock-server', 'with-coscribe']) {
    const alice = await visit(`${host.url}/${application}/`);
    const bob = await visit(`${host.url}/${application}/?name=Bob`);
    await expect(alice.page.locator('#status')).toHaveText('connected');
    await writeTogether(content(alice.page), content(bob.page));
    await expect(alice.page.locator('.cm-ySelectionInfo')).toHaveText('Bob');
  }
});
