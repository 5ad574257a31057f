import { setImmediate } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeMessage, encodeSyncStep1 } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Compressor } from './compressor.ts';
import type { Member } from './member.ts';
import { Room } from './room.ts';

/** A member that keeps what it is sent, with a document of its own. */
class Newcomer implements Member {
  readonly id: number;
  readonly person = null;
  readonly mayWrite = true;
  readonly mayWork = true;
  readonly mayMerge = true;
  readonly decompresses: boolean;
  congested = false;
  readonly doc = new Y.Doc();
  readonly kinds: string[] = [];
  bytes = 0;
  closedWith: number | null = null;

  constructor(id: number, decompresses: boolean) {
    this.id = id;
    this.decompresses = decompresses;
  }

  deliver(messages: readonly Uint8Array[]): void {
    for (const frame of messages) {
      this.bytes += frame.length;
      this.#take(frame);
    }
  }

  #take(frame: Uint8Array): void {
    const message = decodeMessage(frame);
    this.kinds.push(message.type);
    if (message.type === 'compressed') {
      const inner = inflateSync(message.content);
      expect(inner.length).toBe(message.length);
      this.#take(inner);
    } else if (message.type === 'update' || message.type === 'sync-step-2') {
      Y.applyUpdate(this.doc, message.update);
      // Nothing may come before what it builds on.
      expect(this.doc.store.pendingStructs).toBeNull();
    }
  }

  get text(): string {
    return this.doc.getText('content').toString();
  }

  worked(): void {
    // Not the point here.
  }

  stored(): void {
    // As above.
  }

  notify(): void {
    // As above.
  }

  close({ code }: { code: number }): void {
    this.closedWith ??= code;
  }
}

/** Compresses when it is told to. */
class HeldCompressor extends Compressor {
  calls = 0;
  readonly #held: (() => void)[] = [];

  override compress(bytes: Uint8Array): Promise<Uint8Array> | null {
    this.calls += 1;
    const held = new Promise<void>((resolve) => this.#held.push(resolve));
    return held.then(() => super.compress(bytes) ?? Promise.reject(new Error('busy')));
  }

  release(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

const STORY = Array.from({ length: 2_000 }, (_, line) => `Line ${line} of a text with some words in it.\n`).join('');

async function world(compressor: Compressor, content = STORY) {
  const clock = new FakeClock();
  const documents = await Documents.open(new MemoryStore(), clock, silentLogger);
  const room = await Room.open({
    document: documents.document('notes'),
    gate: { kind: 'text', field: 'content' },
    field: 'content',
    limits: { presence: { idsPerMember: 10, bytesPerMember: 10_000 }, catchUpDeadline: 30_000, documentBytes: 1e9 },
    clock,
    logger: silentLogger,
    compressor,
  });
  const write = async (text: string) => {
    void room.text.edit((shared) => shared.insert(0, text));
    await clock.settle();
  };
  await write(content);
  let id = 0;
  const come = (decompresses = true) => {
    const newcomer = new Newcomer(id++, decompresses);
    room.join(newcomer);
    room.synchronise(newcomer, Y.encodeStateVector(newcomer.doc));
    return newcomer;
  };
  return { clock, room, write, come };
}

/** Waits until the platform's threads have done what was asked for. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

it('[SYN-2] sends a newcomer that can decompress the text in few bytes, a stock client as it is', async () => {
  const { come } = await world(new Compressor());
  const [ours, stock] = [come(), come(false)];
  expect(stock.kinds).toEqual(['sync-step-1', 'sync-step-2']);
  await until(() => ours.text !== '');
  expect(ours.kinds).toEqual(['sync-step-1', 'compressed', 'sync-step-2']);
  expect(ours.text).toBe(STORY);
  expect(ours.bytes * 4).toBeLessThan(stock.bytes);
});

it('[SYN-3] sends what is written while the text is compressed behind it, once', async () => {
  const compressor = new HeldCompressor();
  const { come, write, room } = await world(compressor);
  const [early, stock] = [come(), come(false)];
  await write('first ');
  const late = come();
  await write('second ');
  expect([early.text, late.text]).toEqual(['', '']);
  // A reader that says meanwhile that it has read all is not fed what it could not place.
  room.drained(early);
  expect(early.text).toBe('');
  compressor.release();
  await until(() => early.text !== '' && late.text !== '');
  expect([early.text, late.text]).toEqual([stock.text, stock.text]);
  expect(early.kinds).toEqual(['sync-step-1', 'compressed', 'sync-step-2', 'update']);
  await write('third ');
  expect([early.text, late.text]).toEqual([stock.text, stock.text]);
  expect(stock.text.startsWith('third second first Line 0')).toBe(true);
});

it('compresses one state once for all who come, and again when it has changed', async () => {
  const compressor = new HeldCompressor();
  const { come, write } = await world(compressor);
  const crowd = Array.from({ length: 20 }, () => come());
  compressor.release();
  await until(() => crowd.every(({ text }) => text === STORY));
  const another = come();
  await until(() => another.text === STORY);
  expect(compressor.calls).toBe(1);
  await write('new ');
  const last = come();
  compressor.release();
  await until(() => last.text !== '');
  expect(last.text).toBe(`new ${STORY}`);
  expect(compressor.calls).toBe(2);
});

it('answers a question that is asked again meanwhile afterwards', async () => {
  const compressor = new HeldCompressor();
  const { come, room } = await world(compressor);
  const impatient = come();
  for (let i = 0; i < 100; i++) room.synchronise(impatient, Y.encodeStateVector(new Y.Doc()));
  expect(impatient.kinds).toEqual(['sync-step-1']);
  compressor.release();
  await until(() => impatient.text !== '');
  await until(() => impatient.kinds.length >= 5);
  expect(impatient.kinds).toEqual(['sync-step-1', 'compressed', 'sync-step-2', 'compressed', 'sync-step-2']);
});

it('sends a text as it is when it is short, when all threads are busy, and when compressing fails', async () => {
  const short = await world(new Compressor(), 'a few words');
  expect(short.come().kinds).toEqual(['sync-step-1', 'sync-step-2']);
  const busy = await world(
    new (class extends Compressor {
      override compress() {
        return null;
      }
    })(),
  );
  expect(busy.come().kinds).toEqual(['sync-step-1', 'sync-step-2']);
  const failing = await world(
    new (class extends Compressor {
      override compress() {
        return Promise.reject(new Error('no memory'));
      }
    })(),
  );
  const newcomer = failing.come();
  await until(() => newcomer.text !== '');
  expect(newcomer.kinds).toEqual(['sync-step-1', 'sync-step-2']);
});

it('[SEC-8] lets only so much wait for being compressed', async () => {
  const compressor = new Compressor();
  const state = new Uint8Array(4 * 1024 * 1024);
  const asked = Array.from({ length: 10 }, () => compressor.compress(state));
  expect(asked.map((answer) => answer !== null)).toEqual([...Array(6).fill(true), ...Array(4).fill(false)]);
  const made = await Promise.all(asked);
  expect(inflateSync(made[5] ?? new Uint8Array()).length).toBe(state.length);
  expect(compressor.compress(encodeSyncStep1(new Uint8Array([0])))).not.toBeNull();
});
