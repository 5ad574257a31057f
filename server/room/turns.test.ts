import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { decodeMessage } from '../../protocol/messages.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Member } from './member.ts';
import { Room } from './room.ts';

/** Somebody of a crowd, who counts what comes. */
class Listener implements Member {
  readonly id: number;
  readonly person = null;
  readonly mayWrite = true;
  readonly congested = false;
  readonly mayWork = true;
  readonly mayMerge = true;
  readonly heard: string[] = [];

  constructor(id: number) {
    this.id = id;
  }

  deliver(messages: readonly Uint8Array[]): void {
    for (const message of messages) this.heard.push(decodeMessage(message).type);
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

  close(): void {
    // As above.
  }
}

it('text in a crowd does not wait for the turn that presence waits for', async () => {
  const clock = new FakeClock();
  const documents = await Documents.open(new MemoryStore(), clock, silentLogger);
  const room = await Room.open({
    document: documents.document('notes'),
    gate: { kind: 'text', field: 'content' },
    field: 'content',
    limits: { presence: { idsPerMember: 10, bytesPerMember: 10_000 }, catchUpDeadline: 30_000, documentBytes: 1e9 },
    clock,
    logger: silentLogger,
    load: { need: () => 0 },
  });
  const crowd = Array.from({ length: 200 }, (_, index) => new Listener(index));
  for (const member of crowd) room.join(member);
  const [ana, last] = [crowd[0], crowd.at(-1)];
  if (ana === undefined || last === undefined) throw new Error('nobody came');
  const moveCaret = (clientId: number, count: number) =>
    room.receivePresence(
      ana,
      encodeAwarenessEntries([{ clientId, clock: count, state: new TextEncoder().encode(`{"caret":${count}}`) }], 1),
    );

  await clock.advance(1_000);
  moveCaret(1, 1);
  await clock.settle();
  moveCaret(1, 2);
  await clock.settle();
  last.heard.length = 0;
  expect(clock.timers).toBeGreaterThan(0);
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'a');
  room.receive(ana, Y.encodeStateAsUpdate(doc), { merge: false, count: 1 });
  await clock.settle();
  expect(last.heard).toEqual(['update']);
  await clock.advance(100);
  expect(last.heard).toEqual(['update', 'awareness']);
  room.destroy();
});
