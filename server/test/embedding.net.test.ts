import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import {
  type Access,
  type Authenticator,
  type CreateServerOptions,
  createServer,
  type EmbeddedServer,
  MemoryStore,
  type Visit,
} from '../index.ts';
import { type Logger, silentLogger } from '../log/logger.ts';
import { EDITOR } from '../testing/grants.ts';
import { LogRecord } from '../testing/log-record.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function make(options: CreateServerOptions = {}): Promise<EmbeddedServer> {
  const server = await createServer({ store: new MemoryStore(), port: 0, ...options });
  running.push(() => server.stop());
  return server;
}

/** Waits for a condition that something outside the test makes true. */
async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 5 }).toBe(true);
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Two people write through a host's server, whose own pages are served too. */
async function expectWorking(url: string): Promise<void> {
  const [alice, bob] = [await WireClient.join(url, 'shared'), await WireClient.join(url, 'shared')];
  alice.insert(0, 'hello');
  await bob.until(() => bob.text === 'hello', 'the text');
  await alice.untilStored();
  expect(await (await fetch(`${url}/api/documents/shared/text`)).text()).toBe('hello');
  expect(await (await fetch(`${url}/own`)).text()).toBe('the page of the host');
  for (const client of [alice, bob]) await client.leave();
}

describe('mounted', () => {
  it('works in a plain HTTP server', async () => {
    const coscribe = await make();
    const host = createHttpServer((request, response) => {
      coscribe.handler(request, response, () => response.end('the page of the host'));
    });
    coscribe.attach(host);
    await expectWorking(await listening(host));
  });

  it('works in Express', async () => {
    const coscribe = await make();
    const app = express();
    app.use(coscribe.handler);
    app.get('/own', (_request, response) => void response.send('the page of the host'));
    const host = createHttpServer(app);
    coscribe.attach(host);
    await expectWorking(await listening(host));
  });

  it('works in Fastify', async () => {
    const coscribe = await make();
    const app = fastify();
    app.addHook('onRequest', (request, reply, done) => coscribe.handler(request.raw, reply.raw, done));
    app.get('/own', () => 'the page of the host');
    coscribe.attach(app.server);
    running.push(() => app.close());
    await expectWorking(await app.listen({ port: 0, host: '127.0.0.1' }));
  });

  it('[SEC-12] leaves upgrades of others to the host, and closes those that nobody takes', async () => {
    const coscribe = await make();
    const host = createHttpServer();
    coscribe.attach(host);
    const url = await listening(host);
    const refused = new WireClient(`${url}/other`, 'x');
    expect(await refused.untilClosed()).toMatchObject({ code: 1006 });
    const taken: string[] = [];
    host.on('upgrade', (request, socket) => {
      if (request.url?.startsWith('/sync/')) return;
      taken.push(request.url ?? '');
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    });
    await new WireClient(`${url}/other`, 'x').untilClosed();
    expect(taken).toEqual(['/other/sync/x']);
    expect((await WireClient.join(url, 'mine')).text).toBe('');
  });
});

describe('a document for the host', () => {
  it('[SYN-7] is read and edited like anybody edits it', async () => {
    const coscribe = await make();
    const url = await coscribe.start();
    const alice = await WireClient.join(url, 'minutes');
    const document = coscribe.document('minutes');
    await document.edit((text) => text.insert(0, 'from the host'));
    await alice.until(() => alice.text === 'from the host', 'the edit');
    alice.insert(0, 'A ');
    await alice.untilStored();
    expect(await document.getText()).toBe('A from the host');
    const copy = new Y.Doc();
    Y.applyUpdate(copy, await document.getUpdate());
    expect(copy.getText('content').toString()).toBe('A from the host');
  });

  it('[SYN-7] merges an update of the host, and says why it does not', async () => {
    const coscribe = await make();
    const url = await coscribe.start();
    const alice = await WireClient.join(url, 'minutes');
    const document = coscribe.document('minutes');
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'one');
    const first = Y.encodeStateVector(doc);
    const whole = Y.encodeStateAsUpdate(doc);
    doc.getText('content').insert(3, ' two');
    const second = Y.encodeStateAsUpdate(doc, first);
    await expect(document.applyUpdate(second)).rejects.toThrow('builds on something');
    await expect(document.applyUpdate(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ name: 'UpdateNotApplied' });
    await document.applyUpdate(whole);
    await document.applyUpdate(second);
    await document.applyUpdate(second);
    await alice.until(() => alice.text === 'one two', 'both');
    expect(() => coscribe.document('../../etc')).toThrow(RangeError);
  });

  it('[DUR-9] keeps what an edit had done before it threw, everywhere alike', async () => {
    const coscribe = await make();
    const url = await coscribe.start();
    const alice = await WireClient.join(url, 'minutes');
    const edit = coscribe.document('minutes').edit((text) => {
      text.insert(0, 'half');
      throw new Error('the host changed its mind');
    });
    await expect(edit).rejects.toThrow('the host changed its mind');
    await alice.until(() => alice.text === 'half', 'what was done');
    expect((await WireClient.join(url, 'minutes')).text).toBe('half');
  });

  it('takes no edit that is not done when it returns', async () => {
    const document = (await make()).document('minutes');
    const edit = document.edit(async (text) => {
      text.insert(0, 'at once');
      await Promise.reject(new Error('later'));
    });
    await expect(edit).rejects.toThrow('returned a promise');
    expect(await document.getText()).toBe('at once');
  });

  it('[DUR-1] an edit that has resolved is there after a restart', async () => {
    const data = await freshFolder();
    const first = await createServer({ data, port: 0 });
    await first.document('minutes').edit((text) => text.insert(0, 'kept'));
    await first.stop();
    const second = await createServer({ data, port: 0 });
    running.push(() => second.stop());
    expect(await second.document('minutes').getText()).toBe('kept');
  });
});

describe('an authenticator of the host', () => {
  it.each([
    ['nothing to stop with', () => ({ not: 'a function' })],
    [
      'a stop that throws',
      () => () => {
        throw new Error('gone already');
      },
    ],
  ])('[DUR-1] is stopped with everything else, when it gives %s', async (_what, onChange) => {
    const data = await freshFolder();
    const authenticator = { authorize: () => EDITOR, onChange } as unknown as Authenticator;
    const first = await createServer({ data, port: 0, authenticator, logger: silentLogger });
    await first.document('minutes').edit((text) => text.insert(0, 'kept'));
    await first.stop();
    // The folder is free again.
    const second = await createServer({ data, port: 0 });
    running.push(() => second.stop());
    expect(await second.document('minutes').getText()).toBe('kept');
  });

  it('[DUR-1] a stop goes on after something failed in it, and then says what', async () => {
    const data = await freshFolder();
    const fail = () => {
      throw new Error('full');
    };
    const authenticator = { authorize: () => EDITOR, onChange: () => fail };
    const first = await createServer({ data, port: 0, authenticator, logger: { ...silentLogger, error: fail } });
    await first.document('minutes').edit((text) => text.insert(0, 'kept'));
    await expect(first.stop()).rejects.toThrow('full');
    const second = await createServer({ data, port: 0 });
    running.push(() => second.stop());
    expect(await second.document('minutes').getText()).toBe('kept');
  });

  it('[SEC-1] is asked once for a grant that says nothing of its end', async () => {
    let asked = 0;
    const authorize = () => {
      asked += 1;
      return { granted: true, role: 'editor' } as unknown as Access;
    };
    const coscribe = await make({ authenticator: { authorize } });
    const alice = await WireClient.join(await coscribe.start(), 'minutes', { protocols: [SUBPROTOCOL] });
    alice.insert(0, 'x');
    await alice.untilStored();
    expect(asked).toBe(1);
  });

  it('[SEC-1] lets nobody in by an answer that does not fit, and the log says why', async () => {
    const log = new LogRecord();
    const authorize = () => ({ granted: true, role: 'boss' }) as unknown as Access;
    const coscribe = await make({ authenticator: { authorize }, logger: log.logger });
    const url = await coscribe.start();
    const answer = await fetch(`${url}/api/documents/minutes/text`);
    expect([answer.status, await answer.json()]).toMatchObject([500, { error: { code: 'internal-error' } }]);
    expect(await new WireClient(url, 'minutes').untilClosed()).toMatchObject({ code: 1011 });
    expect(log.text.match(/\\"role\\" in the answer of the authenticator must be/g)).toHaveLength(4);
  });

  it('hears once that nobody listens any more', async () => {
    let stopped = 0;
    const coscribe = await make({ authenticator: { authorize: () => EDITOR, onChange: () => () => void stopped++ } });
    await coscribe.stop();
    await coscribe.stop();
    expect(stopped).toBe(1);
  });
});

describe('callbacks', () => {
  it('tell who comes and goes, what changed, once it is quiet, and what is on disk', async () => {
    const visits: [string, Visit][] = [];
    const changes: { documentName: string; text: string; update: Uint8Array }[] = [];
    const stored: string[] = [];
    const coscribe = await make({
      authenticator: {
        authorize: () => ({ ...EDITOR, person: { id: 'ada', name: 'Ada', color: null, avatar: null } }),
      },
      changeDebounce: 50,
      onConnect: (visit) => void visits.push(['came', visit]),
      onClose: (visit) => void visits.push(['went', visit]),
      onChange: (change) => void changes.push(change),
      onStored: ({ documentName }) => void stored.push(documentName),
    });
    const alice = await WireClient.join(await coscribe.start(), 'minutes');
    for (const letter of 'hello') alice.insert(alice.text.length, letter);
    await alice.untilStored();
    await until(() => changes.at(-1)?.text === 'hello');
    expect(changes.length).toBeLessThan(5);
    expect(stored).toContain('minutes');
    const doc = new Y.Doc();
    for (const { update } of changes) Y.applyUpdate(doc, update);
    expect(doc.getText('content').toString()).toBe('hello');
    await alice.leave();
    await until(() => visits.length === 2);
    const visit = { documentName: 'minutes', role: 'editor', person: { id: 'ada' } };
    expect(visits).toMatchObject([
      ['came', visit],
      ['went', visit],
    ]);
    expect(visits[0]?.[1].connection).toBe(visits[1]?.[1].connection);
  });

  it('tell the last change before a stop', async () => {
    const texts: string[] = [];
    const coscribe = await make({ onChange: ({ text }) => void texts.push(text), changeDebounce: 60_000 });
    await coscribe.document('minutes').edit((text) => text.insert(0, 'last words'));
    await coscribe.stop();
    expect(texts).toEqual(['last words']);
  });

  it('[SEC-12] that throw, reject or hang harm nobody, and are in the log', async () => {
    const failed: string[] = [];
    const say = () => undefined;
    const logger: Logger = {
      debug: say,
      info: say,
      warn: say,
      error: (fields) => void failed.push((fields as { callback: string }).callback),
    };
    const coscribe = await make({
      logger,
      changeDebounce: 0,
      onConnect: () => {
        throw new Error('thrown');
      },
      onChange: () => Promise.reject(new Error('rejected')),
      onStored: () => new Promise(() => undefined),
      onClose: () => {
        throw new Error('thrown too');
      },
    });
    const url = await coscribe.start();
    const [alice, bob] = [await WireClient.join(url, 'minutes'), await WireClient.join(url, 'minutes')];
    alice.insert(0, 'x');
    await alice.untilStored();
    await bob.until(() => bob.text === 'x', 'the edit');
    await alice.leave();
    await until(() => ['onConnect', 'onChange', 'onClose'].every((name) => failed.includes(name)));
    expect((await WireClient.join(url, 'minutes')).text).toBe('x');
  });
});

describe('options that do not fit', () => {
  it.each([
    [{ prot: 1234 }, 'Did you mean port?'],
    [{ port: 99_999 }, 'a whole number from 0 to 65535'],
    [{ port: {} }, '"port" in the options must be a text or a number'],
    [{ create: 'known' }, 'needs access "private"'],
    [{ data: 5 }, '"data" in the options must be a text.'],
    [{ authenticator: {} }, '"authenticator" in the options must have a method authorize().'],
    [{ authenticator: { authorize: () => EDITOR, onChange: 5 } }, 'must have a method onChange().'],
    [{ store: {} }, '"store" in the options must have a method get().'],
    [{ store: 'level' }, 'must be an object with get(), read(), write(), close()'],
    [{ logger: { error: () => undefined } }, '"logger" in the options must have a method debug().'],
    [{ onChange: 5 }, '"onChange" in the options must be a function.'],
    [{ changeDebounce: -1 }, '"changeDebounce" in the options must be a number of milliseconds from 0'],
    [{ changeMaxWait: Number.NaN }, '"changeMaxWait" in the options must be'],
    [{ site: 'yes' }, '"site" in the options must be true or false.'],
    [null, 'The options must be an object.'],
  ])('%o is refused with a sentence', async (options, sentence) => {
    const made = createServer(options as CreateServerOptions);
    await expect(made).rejects.toThrow(sentence);
    await expect(made).rejects.toMatchObject({ name: 'ConfigError' });
  });
});
