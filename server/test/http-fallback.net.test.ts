import { setTimeout as later } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider } from '../../web/provider/provider.ts';
import type { ProviderOptions } from '../../web/provider/provider-options.ts';
import type { SocketConstructor } from '../../web/provider/socket.ts';
import { HttpProxy, type ProxyManners } from '../testing/http-proxy.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { startForTest } from '../testing/start-for-test.ts';

const PATIENT = { timeout: 60_000 };

afterEach(() => {
  vi.unstubAllGlobals();
});

function visit(url: string, options: ProviderOptions = {}, name = 'notes'): CoscribeProvider {
  const doc = new Y.Doc();
  const own = { WebSocket: WebSocket as unknown as SocketConstructor, transport: 'auto', offline: false } as const;
  const provider = new CoscribeProvider(`${url}/sync`, name, doc, { ...own, ...options });
  onTestFinished(() => provider.destroy());
  return provider;
}

async function openProxy(target: string, manners: Partial<ProxyManners>): Promise<HttpProxy> {
  const proxy = await HttpProxy.open(target, manners);
  onTestFinished(() => proxy.close());
  return proxy;
}

const textOf = ({ doc }: CoscribeProvider) => doc.getText('content').toString();

function write({ doc }: CoscribeProvider, text: string): void {
  doc.getText('content').insert(doc.getText('content').length, text);
}

async function writeTogether(alice: CoscribeProvider, bob: CoscribeProvider): Promise<void> {
  for (const [writer, reader, text] of [
    [alice, bob, 'from Alice '],
    [bob, alice, 'from Bob '],
  ] as const) {
    write(writer, text);
    await vi.waitFor(() => expect(textOf(reader)).toBe(textOf(writer)), PATIENT);
  }
  await vi.waitFor(() => expect([alice.saved, bob.saved]).toEqual([true, true]), PATIENT);
}

describe('[CON-9] behind a proxy', () => {
  it.each([
    ['refuses WebSockets', { upgrades: 'refuse' }],
    ['never answers WebSockets', { upgrades: 'swallow' }],
    ['opens WebSockets and lets nothing through', { upgrades: 'mute' }],
    ['refuses WebSockets and holds answers until they are complete', { upgrades: 'refuse', holdsAnswers: true }],
    ['refuses WebSockets and breaks off what takes long', { upgrades: 'refuse', cutsAfter: 700 }],
  ] as const)('that %s people write together', async (_what, manners) => {
    const server = await startForTest();
    const proxy = await openProxy(server.url, manners);
    const [alice, bob] = [visit(proxy.url), visit(server.url)];
    await Promise.all([alice.whenSynced, bob.whenSynced]);
    expect([alice.transport, bob.transport]).toEqual(['http', 'websocket']);
    for (let round = 0; round < 5; round += 1) await writeTogether(alice, bob);
    expect(textOf(alice)).toBe('from Alice from Bob '.repeat(5));
  });

  it('loses and doubles nothing where requests and answers are lost or come twice', async () => {
    const server = await startForTest();
    const random = new SeededRandom(11);
    const lots = ['lose-request', 'lose-answer', 'send-twice', 'pass', 'pass'] as const;
    const proxy = await openProxy(server.url, { upgrades: 'refuse' });
    const [alice, bob] = [visit(proxy.url), visit(server.url)];
    await Promise.all([alice.whenSynced, bob.whenSynced]);
    proxy.manners.lot = () => random.pick(lots);
    for (let round = 0; round < 20; round += 1) write(alice, `${round} `);
    await writeTogether(alice, bob);
    expect(textOf(bob)).toBe(`${Array.from({ length: 20 }, (_, round) => `${round} `).join('')}from Alice from Bob `);
    expect(textOf(alice)).toBe(textOf(bob));
  });
});

it('[CON-9] moves to a WebSocket when one gets through, between two keystrokes', async () => {
  // The page hears that the network came back, and tries.
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  const server = await startForTest();
  const proxy = await openProxy(server.url, { upgrades: 'refuse' });
  const [alice, bob] = [visit(proxy.url), visit(server.url)];
  await Promise.all([alice.whenSynced, bob.whenSynced]);
  const seen: string[] = [];
  alice.on('status', (status) => seen.push(status));
  alice.on('sync', (synced) => seen.push(`synced ${synced}`));
  alice.on('transport', (transport) => seen.push(transport));
  alice.awareness.setLocalState({ name: 'Alice' });
  await vi.waitFor(() => expect(bob.awareness.getStates().has(alice.awareness.clientID)).toBe(true), PATIENT);
  const gone: number[] = [];
  bob.awareness.on('change', ({ removed }: { removed: number[] }) => gone.push(...removed));
  let written = '';
  const typeOn = async (letters: number) => {
    for (let letter = 0; letter < letters; letter += 1) {
      const key = String(letter % 10);
      written += key;
      write(alice, key);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await typeOn(50);
  proxy.manners.upgrades = 'pass';
  page.dispatchEvent(new Event('online'));
  while (alice.transport !== 'websocket') await typeOn(1);
  await typeOn(50);
  await vi.waitFor(() => expect(textOf(bob)).toBe(written), PATIENT);
  await vi.waitFor(() => expect(alice.saved).toBe(true), PATIENT);
  write(bob, '!');
  await vi.waitFor(() => expect(textOf(alice)).toBe(`${written}!`), PATIENT);
  expect(seen).toEqual(['websocket']);
  expect(gone).toEqual([]);
});

it('[CON-9] comes back by WebSocket after a restart of the server, and is told by whom it was refused', async () => {
  const server = await startForTest();
  const proxy = await openProxy(server.url, {});
  const alice = visit(proxy.url);
  await alice.whenSynced;
  const transports: string[] = [];
  alice.on('transport', (transport) => transports.push(transport));
  for (let cut = 0; cut < 3; cut += 1) {
    proxy.cut();
    await vi.waitFor(() => expect(transports.length).toBe(cut + 1), PATIENT);
  }
  expect(transports).toEqual(['websocket', 'websocket', 'websocket']);
});

it('[CON-9] uses what it is told to', async () => {
  const server = await startForTest();
  const proxy = await openProxy(server.url, { upgrades: 'refuse' });
  const http = visit(server.url, { transport: 'http' });
  await http.whenSynced;
  expect(http.transport).toBe('http');
  const only = visit(proxy.url, { transport: 'websocket' });
  await vi.waitFor(() => expect(proxy.upgrades).toBeGreaterThan(2), PATIENT);
  expect(only.transport).toBeNull();
});

it('[CON-9] has room for two hundred people over HTTP', async () => {
  const server = await startForTest();
  const people = Array.from({ length: 200 }, () => visit(server.url, { transport: 'http' }));
  await Promise.all(people.map(({ whenSynced }) => whenSynced));
  for (const [at, person] of people.entries()) if (at % 10 === 0) write(person, 'x');
  await vi.waitFor(() => {
    for (const person of people) expect(textOf(person)).toBe('x'.repeat(20));
  }, PATIENT);
  await vi.waitFor(() => expect(people.every(({ saved }) => saved)).toBe(true), PATIENT);
});

it.each([1, 2, 3])(
  '[SYN-1, CON-9] people on both transports end with the same text whatever the network does (seed %i)',
  async (seed) => {
    const page = new EventTarget();
    vi.stubGlobal('window', page);
    const random = new SeededRandom(seed);
    const server = await startForTest();
    const proxy = await openProxy(server.url, { upgrades: 'refuse' });
    const people = [visit(proxy.url), visit(proxy.url), visit(server.url), visit(server.url, { transport: 'http' })];
    await Promise.all(people.map(({ whenSynced }) => whenSynced));
    proxy.manners.lot = () =>
      random.chance(0.8) ? 'pass' : random.pick(['lose-request', 'lose-answer', 'send-twice']);
    const marks: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      const person = random.pick(people);
      const text = person.doc.getText('content');
      const mark = `<${step}>`;
      // Marks are only ever put between others, so that each stays whole.
      const places = [0, ...[...text.toString().matchAll(/>/g)].map(({ index }) => index + 1)];
      text.insert(random.pick(places), mark);
      marks.push(mark);
      const luck = random.next();
      if (luck < 0.06) proxy.cut();
      else if (luck < 0.14) {
        proxy.manners.upgrades = random.pick(['pass', 'refuse']);
        page.dispatchEvent(new Event('online'));
      }
      await later(random.below(15));
    }
    proxy.manners.lot = () => 'pass';
    await vi.waitFor(() => {
      for (const person of people)
        expect([person.saved, textOf(person)]).toEqual([true, textOf(people[0] as CoscribeProvider)]);
      const text = textOf(people[0] as CoscribeProvider);
      expect((text.match(/<\d+>/g) ?? []).sort()).toEqual([...marks].sort());
    }, PATIENT);
  },
);
