import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { MessageParts, maxFragments } from './message-parts.ts';

it('[SEC-10] counts the parts of a message that is not complete by what they take in memory', () => {
  const net = new EventEmitter();
  const parts = new MessageParts(net as Socket, maxFragments(16 * 1024 * 1024));
  expect([parts.memory(0), net.listenerCount('data')]).toEqual([0, 0]);
  // A thousand pieces of one byte.
  expect(parts.memory(7_000)).toBe(7_000 + 1_000 * 112);
  // However many bytes came, there are no more pieces than may be.
  expect(parts.memory(10_000_000)).toBe(10_000_000 + 1_280 * 112);
  for (let i = 0; i < 100; i++) net.emit('data', Buffer.of(1));
  expect(parts.memory(7_100)).toBe(7_100 + 1_014 * 112 + 100 * 700);
  // The message has come whole.
  expect([parts.memory(0), net.listenerCount('data')]).toEqual([0, 0]);
});
