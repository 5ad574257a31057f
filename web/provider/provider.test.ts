import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { decodeMessage } from '../../protocol/messages.ts';
import { CoscribeProvider } from './provider.ts';
import type { Peer } from './testing/fake-network.ts';
import { textOf, World, write } from './testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.end();
});

describe('a connection', () => {
  test('[SYN-1] with what the server has exchanges nothing but greetings, and is synced at once', async () => {
    const bob = world.join();
    write(bob, 'hello');
    await world.moment();
    bob.disconnect();
    world.network.frames.length = 0;
    bob.connect();
    await world.moment();
    expect(bob.synced && bob.saved).toBe(true);
    const [answer, ...rest] = world.network.frames.map((frame) => decodeMessage(frame));
    expect(answer).toEqual({ type: 'sync-step-2', update: new Uint8Array([0, 0]) });
    expect(rest.map(({ type }) => type)).toEqual(['awareness']);
  });

  test('says nothing before the welcome, then step 1, presence and step 2', async () => {
    world.server.doc.getText('content').insert(0, 'hello');
    const peers: Peer[] = [];
    world.network.serve = (peer) => {
      peer.accept();
      peers.push(peer);
    };
    const alice = world.join();
    await world.moment();
    expect(world.network.frames).toEqual([]);
    expect(alice.status).toBe('connecting');
    for (const peer of peers) world.server.greet(peer);
    await world.moment();
    expect(world.network.frames.map((frame) => decodeMessage(frame).type)).toEqual([
      'sync-step-1',
      'sync-step-2',
      'awareness',
    ]);
    expect(alice.status).toBe('connected');
  });

  test('goes to the document with the token as a subprotocol', async () => {
    let seen: { href: string; protocols: readonly string[] } | null = null;
    world.network.serve = ({ url, protocols }) => {
      seen = { href: url.href, protocols };
    };
    world.join({ token: async () => 'abc.def' });
    await world.moment();
    expect(seen).toEqual({
      href: 'ws://server/sync/notes?fresh=1&compress=1',
      protocols: ['coscribe.1', expect.stringMatching(/^coscribe\.session\.[\w-]{36}$/), 'coscribe.token.abc.def'],
    });
  });

  test('[SYN-2] synced only when the content is there', async () => {
    world.server.doc.getText('content').insert(0, 'from before');
    const alice = world.join();
    const seen: string[] = [];
    alice.on('sync', (synced) => seen.push(`${synced}: ${textOf(alice)}`));
    await world.moment();
    expect(seen).toEqual(['true: from before']);
    expect(alice.synced).toBe(true);
    await alice.whenSynced;
    world.network.reset();
    expect(alice.synced).toBe(false);
    expect(seen).toEqual(['true: from before', 'false: from before']);
  });

  test('carries edits both ways and learns title, role and storage state', async () => {
    const [alice, bob] = [world.join(), world.join()];
    await world.moment();
    write(alice, 'a');
    write(bob, 'b');
    await world.moment();
    expect(textOf(alice)).toHaveLength(2);
    expect(textOf(bob)).toBe(textOf(alice));
    expect(world.server.text).toBe(textOf(alice));
    expect(alice.role).toBe('editor');
    expect(alice.properties).toEqual({ title: 'Notes', language: '' });
    world.server.notify({ type: 'document', title: 'Plan', language: 'Markdown' });
    world.server.notify({ type: 'storage', state: 'failing' });
    await world.moment();
    expect(alice.properties).toEqual({ title: 'Plan', language: 'Markdown' });
    expect(alice.storageFailing).toBe(true);
  });

  test('sends the first edit at once and gathers those that follow quickly', async () => {
    const alice = world.join();
    await world.moment();
    world.network.frames.length = 0;
    write(alice, '1');
    await world.clock.advance(0);
    expect(world.network.frames).toHaveLength(1);
    for (const key of '23456') {
      await world.clock.advance(4);
      write(alice, key);
    }
    expect(world.network.frames).toHaveLength(1);
    await world.moment();
    expect(world.network.frames).toHaveLength(2);
    expect(world.server.text).toBe('123456');
    expect(alice.saved).toBe(true);
  });
});

describe('saved', () => {
  test('[DUR-13] only what the server acknowledged on this connection is saved', async () => {
    world.server.storesAtOnce = false;
    const alice = world.join();
    const told: [boolean, number][] = [];
    alice.on('saved', (saved) => told.push([saved, alice.unsavedChanges]));
    await world.moment();
    write(alice, 'a');
    write(alice, 'b');
    await world.moment();
    expect(alice.saved).toBe(false);
    expect(alice.unsavedChanges).toBe(2);
    world.server.store();
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(told).toEqual([
      [false, 1],
      [false, 2],
      [true, 0],
    ]);
  });

  test('[DUR-13] a deletion counts, although it does not move the state vector', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'abc');
    await world.moment();
    world.server.storesAtOnce = false;
    alice.doc.getText('content').delete(0, 1);
    await world.moment();
    expect(alice.unsavedChanges).toBe(1);
    world.server.store();
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(world.server.durableText).toBe('bc');
  });

  test('[DUR-13] edits of a lost connection stay unsaved until the next one acknowledges them', async () => {
    world.server.storesAtOnce = false;
    const alice = world.join();
    await world.moment();
    write(alice, 'lost?');
    await world.moment();
    world.server.crash();
    world.network.reset();
    expect(alice.unsavedChanges).toBe(1);
    await world.clock.advance(1_000);
    expect(alice.synced).toBe(true);
    expect(world.server.text).toBe('lost?');
    expect(alice.unsavedChanges).toBe(1);
    world.server.store();
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(world.server.durableText).toBe('lost?');
  });

  test('a server that acknowledges more than it got is not believed', async () => {
    const alice = world.join();
    await world.moment();
    world.server.sendRaw(new Uint8Array([101, 50]));
    world.server.storesAtOnce = false;
    write(alice, 'x');
    await world.clock.advance(20);
    expect(alice.saved).toBe(false);
    expect(alice.status).toBe('disconnected');
  });

  test('a document that comes with content is not saved before the server has it', async () => {
    world.server.storesAtOnce = false;
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'draft');
    const alice = world.join({}, doc);
    expect(alice.unsavedChanges).toBe(1);
    await world.moment();
    expect(alice.saved).toBe(false);
    world.server.store();
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(world.server.durableText).toBe('draft');
  });

  test('a viewer sends nothing, and what they wrote stays on their device', async () => {
    world.server.role = 'viewer';
    const alice = world.join();
    write(alice, 'early');
    await world.moment();
    write(alice, 'late');
    await world.moment();
    expect(alice.synced).toBe(true);
    expect(world.server.text).toBe('');
    expect(alice.unsavedChanges).toBe(2);
  });
});

describe('a gap', () => {
  test('the server asks again and gets everything', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'one ');
    await world.moment();
    // The server loses what it had, without losing the connection: the next update does not fit.
    world.server.replace('first', '');
    write(alice, 'two ');
    await world.moment();
    expect(world.server.text).toBe('one two ');
    expect(alice.saved).toBe(true);
  });

  test('a step 1 in the middle is answered by a step 2 that counts', async () => {
    const alice = world.join();
    await world.moment();
    world.server.storesAtOnce = false;
    world.server.askAgain();
    write(alice, 'x');
    await world.moment();
    world.server.askAgain();
    await world.moment();
    // Two answers and one edit.
    expect(world.server.updates).toBe(4);
    world.server.store();
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(world.server.durableText).toBe('x');
  });

  test('the client asks again when something from the server does not fit', async () => {
    const alice = world.join();
    await world.moment();
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('content').insert(0, 'first ');
    doc.getText('content').insert(6, 'second');
    const [first, second] = updates;
    if (first === undefined || second === undefined) throw new Error('two updates');
    // Alice misses the first: she is told of the second only.
    const [member] = world.server.members;
    if (member === undefined) throw new Error('one member');
    Y.applyUpdate(world.server.doc, first, member);
    Y.applyUpdate(world.server.doc, second);
    await world.moment();
    expect(textOf(alice)).toBe('first second');
  });

  test('pending parts are never sent, and are sent once they fit', async () => {
    const writer = new Y.Doc();
    const updates: Uint8Array[] = [];
    writer.on('update', (update: Uint8Array) => updates.push(update));
    writer.getText('content').insert(0, 'one ');
    writer.getText('content').insert(4, 'two');
    const [first, second] = updates;
    if (first === undefined || second === undefined) throw new Error('two updates');
    const doc = new Y.Doc();
    Y.applyUpdate(doc, second);
    const alice = world.join({}, doc);
    await world.moment();
    expect(alice.synced).toBe(true);
    expect(world.server.text).toBe('');
    // One answer, and no argument about a gap.
    expect(world.server.updates).toBe(1);
    Y.applyUpdate(world.server.doc, first);
    await world.moment();
    expect(textOf(alice)).toBe('one two');
    expect(world.server.text).toBe('one two');
  });
});

describe('too large', () => {
  test('a batch that is too large is sent in parts', async () => {
    world.server.messageBytes = 1_000;
    const alice = world.join();
    await world.moment();
    for (let i = 0; i < 10; i++) write(alice, 'x'.repeat(300));
    await world.moment();
    expect(world.server.text).toHaveLength(3_000);
    expect(alice.saved).toBe(true);
    expect(world.network.frames.every((frame) => frame.length <= 1_000)).toBe(true);
  });

  test('an edit that is too large stops the connection and says so, and editing goes on', async () => {
    world.server.messageBytes = 1_000;
    const alice = world.join();
    await world.moment();
    write(alice, 'x'.repeat(2_000));
    await world.moment();
    expect(alice.closed?.name).toBe('message-too-big');
    write(alice, 'y');
    expect(alice.unsavedChanges).toBe(2);
    const attempts = world.network.attempts;
    await world.clock.advance(120_000);
    expect(world.network.attempts).toBe(attempts);
    // The whole document is too large as well.
    alice.connect();
    await world.moment();
    expect(alice.closed?.name).toBe('message-too-big');
    world.server.messageBytes = 10_000;
    alice.connect();
    await world.moment();
    expect(alice.closed).toBeNull();
    expect(alice.saved).toBe(true);
    expect(world.server.text).toHaveLength(2_001);
  });
});

describe('an epoch', () => {
  test('[SYN-5] a client of an older epoch sends nothing, keeps its text and stops', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'mine');
    await world.moment();
    world.server.replace('second', 'theirs');
    world.network.reset();
    await world.clock.advance(60_000);
    expect(alice.closed?.name).toBe('epoch-changed');
    expect(textOf(alice)).toBe('mine');
    expect(world.server.text).toBe('theirs');
    expect(alice.retryAt).toBeNull();
  });

  test('[SYN-5] the same for one that is connected while the document is replaced', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'mine');
    await world.moment();
    world.server.closeAll(4409);
    world.server.replace('second', 'theirs');
    await world.clock.advance(60_000);
    expect(alice.closed?.name).toBe('epoch-changed');
    expect(textOf(alice)).toBe('mine');
    expect(world.server.text).toBe('theirs');
  });

  test('[SYN-5] a welcome of another epoch is refused even if the server did not check', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'mine');
    await world.moment();
    world.server.replace('second', 'theirs');
    world.network.serve = (peer) => {
      peer.url.search = '';
      world.server.accept(peer);
    };
    const updates = world.server.updates;
    world.network.reset();
    await world.clock.advance(60_000);
    expect(alice.closed?.name).toBe('epoch-changed');
    expect(world.server.updates).toBe(updates);
    expect(textOf(alice)).toBe('mine');
  });

  test('[SYN-5] a client that holds nothing takes any epoch', async () => {
    const alice = world.join();
    await world.moment();
    world.server.replace('second', 'theirs');
    world.network.reset();
    await world.clock.advance(5_000);
    expect(alice.closed).toBeNull();
    expect(textOf(alice)).toBe('theirs');
  });
});

describe('a host', () => {
  test('a broken frame never throws, the connection is made again', async () => {
    const alice = world.join();
    await world.moment();
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    for (const frame of [[0, 2, 3, 255, 255, 255], [1, 1, 9], [200], [101, 255]]) {
      world.server.sendRaw(new Uint8Array(frame));
      await world.clock.advance(5_000);
      expect(alice.synced).toBe(true);
    }
    expect(world.network.attempts).toBe(5);
    expect(errors).toHaveLength(4);
  });

  test('whose observers throw keeps its connection, and learns of the error', async () => {
    const [alice, bob] = [world.join(), world.join()];
    await world.moment();
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    alice.doc.getText('content').observe(() => {
      throw new Error('a bug of the host');
    });
    write(bob, 'hello');
    await world.moment();
    expect(errors.map(String)).toEqual(['Error: a bug of the host']);
    expect(textOf(alice)).toBe('hello');
    expect(alice.synced).toBe(true);
    expect(world.network.attempts).toBe(2);
    const throws = (): void => {
      throw new Error('another one');
    };
    alice.awareness.on('change', throws);
    world.network.reset();
    expect(alice.status).toBe('disconnected');
    expect(errors).toHaveLength(2);
    await world.clock.advance(2_000);
    expect(alice.synced).toBe(true);
    alice.awareness.off('change', throws);
  });

  test('whose listeners throw is told so in the browser’s way, and nothing else changes', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const alice = world.join();
    for (const event of ['status', 'sync', 'saved', 'properties'] as const) {
      alice.on(event, () => {
        throw new Error(`a bug in ${event}`);
      });
    }
    await world.moment();
    write(alice, 'x');
    await world.moment();
    expect(alice.saved).toBe(true);
    expect(world.server.text).toBe('x');
    expect(new Set(reported.map(String))).toEqual(
      new Set(['status', 'sync', 'saved', 'properties'].map((event) => `Error: a bug in ${event}`)),
    );
    alice.destroy();
    vi.unstubAllGlobals();
  });

  test('may disconnect from within a listener', async () => {
    const alice = world.join();
    alice.on('status', (status) => {
      if (status === 'connected') alice.disconnect();
    });
    await world.moment();
    expect(alice.status).toBe('disconnected');
    expect(world.network.wires.size).toBe(0);
    expect(world.clock.pending).toBe(0);
  });

  test('a name that no document can have is refused without a connection', async () => {
    const provider = new CoscribeProvider('ws://server/sync', '../etc', new Y.Doc(), {
      WebSocket: world.network.WebSocket,
      clock: world.clock,
    });
    expect(provider.closed?.name).toBe('invalid-document-name');
    await world.moment();
    expect(world.network.attempts).toBe(0);
    provider.doc.destroy();
  });

  test('disconnect sends what was gathered, and connect comes back', async () => {
    const alice = world.join();
    await world.moment();
    write(alice, 'a');
    await world.clock.advance(1);
    write(alice, 'b');
    alice.disconnect();
    await world.moment();
    expect(world.server.text).toBe('ab');
    expect(alice.status).toBe('disconnected');
    expect(alice.retryAt).toBeNull();
    await world.clock.advance(60_000);
    expect(world.network.attempts).toBe(1);
    alice.connect();
    await world.moment();
    expect(alice.saved).toBe(true);
  });
});
