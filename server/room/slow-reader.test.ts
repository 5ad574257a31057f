import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeMessage } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Member } from './member.ts';
import { Room } from './room.ts';

/** Bytes that a reader's socket holds before it counts as congested. */
const CONGESTED_BYTES = 10_000;

/** A member whose socket holds what it is sent until it reads. */
class Reader implements Member {
  readonly id: number;
  readonly person = null;
  readonly mayWrite = true;
  readonly doc = new Y.Doc();
  readonly mayWork = true;
  readonly mayMerge = true;
  reads = true;
  closedWith: number | null = null;
  /** Max bytes that ever waited for it. */
  peak = 0;
  updates = 0;
  #held: Uint8Array[] = [];

  constructor(id: number) {
    this.id = id;
  }

  get waiting(): number {
    return this.#held.reduce((sum, { length }) => sum + length, 0);
  }

  get congested(): boolean {
    return this.waiting > CONGESTED_BYTES;
  }

  deliver(messages: readonly Uint8Array[]): void {
    this.#held.push(...messages);
    this.peak = Math.max(this.peak, this.waiting);
    if (this.reads) this.read();
  }

  read(): void {
    for (const frame of this.#held.splice(0)) {
      const message = decodeMessage(frame);
      if (message.type !== 'update' && message.type !== 'sync-step-2') continue;
      this.updates += 1;
      Y.applyUpdate(this.doc, message.update);
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

async function world() {
  const clock = new FakeClock();
  const documents = await Documents.open(new MemoryStore(), clock, silentLogger);
  const room = await Room.open({
    document: documents.document('notes'),
    gate: { kind: 'text', field: 'content' },
    field: 'content',
    limits: { presence: { idsPerMember: 10, bytesPerMember: 10_000 }, catchUpDeadline: 30_000, documentBytes: 1e9 },
    clock,
    logger: silentLogger,
  });
  const [slow, quick] = [new Reader(1), new Reader(2)];
  room.join(slow);
  room.join(quick);
  let writes = 0;
  const write = async () => {
    // The same place over and over: much is sent, the document stays small.
    void room.text.edit((text) => {
      text.delete(0, text.length);
      text.insert(0, `${writes++} `.padEnd(1_000, 'x'));
    });
    await clock.settle();
  };
  return { clock, room, slow, quick, write };
}

it('[SYN-3] stops feeding a reader that does not read, and brings it up to date with one message', async () => {
  const { room, slow, quick, write } = await world();
  slow.reads = false;
  for (let i = 0; i < 500; i++) await write();
  expect(quick.updates).toBe(500);
  expect(slow.peak).toBeLessThan(CONGESTED_BYTES + 3_000);
  slow.read();
  const before = slow.updates;
  slow.reads = true;
  room.drained(slow);
  expect(slow.updates).toBe(before + 1);
  expect(slow.text).toBe(quick.text);
  await write();
  expect(slow.text).toBe(quick.text);
});

it('[SYN-3] closes a reader that stays behind with a code that brings it back', async () => {
  const { clock, room, slow, quick, write } = await world();
  slow.reads = false;
  for (let i = 0; i < 100; i++) await write();
  await clock.advance(29_000);
  room.closeStragglers();
  expect(slow.closedWith).toBeNull();
  await clock.advance(2_000);
  room.closeStragglers();
  expect([slow.closedWith, quick.closedWith]).toEqual([1013, null]);
});

it('[SYN-3, SEC-10] answers who asks without reading once, when it has read', async () => {
  const { room, slow, quick, write } = await world();
  slow.reads = false;
  for (let i = 0; i < 100; i++) await write();
  for (let i = 0; i < 1_000; i++) {
    room.synchronise(slow, new Uint8Array([0]));
    room.tellPresence(slow);
  }
  expect(slow.peak).toBeLessThan(CONGESTED_BYTES + 3_000);
  slow.read();
  slow.reads = true;
  const before = slow.updates;
  room.drained(slow);
  expect(slow.updates).toBe(before + 2);
  expect(slow.text).toBe(quick.text);
});
