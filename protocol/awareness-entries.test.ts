import * as encoding from 'lib0/encoding';
import { expect, it } from 'vitest';
import { decodeAwarenessEntries, encodeAwarenessEntries, goneEntry, isGone } from './awareness-entries.ts';
import { ProtocolError } from './protocol-error.ts';

function update(...entries: (readonly [clientId: number, clock: number, json: string])[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const [clientId, clock, json] of entries) {
    encoding.writeVarUint(encoder, clientId);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, json);
  }
  return encoding.toUint8Array(encoder);
}

it('gives back what it was given, byte for byte', () => {
  const original = update([1, 5, '{"user":{"name":"Zoë"}}'], [4_294_967_295, 0, 'null']);
  const entries = decodeAwarenessEntries(original);
  expect(entries.map(isGone)).toEqual([false, true]);
  expect(encodeAwarenessEntries(entries, entries.length)).toEqual(original);
});

it('says that a client is gone', () => {
  const [entry] = decodeAwarenessEntries(encodeAwarenessEntries([goneEntry(3, 9)], 1));
  expect([entry?.clientId, entry?.clock, entry && isGone(entry)]).toEqual([3, 9, true]);
});

it('copies states out of the frame, also out of a Buffer', () => {
  const frame = Buffer.from(update([1, 1, '{"a":1}']));
  const [entry] = decodeAwarenessEntries(frame);
  frame.fill(0);
  expect(new TextDecoder().decode(entry?.state)).toBe('{"a":1}');
});

it.each([
  ['no JSON', update([1, 1, '{'])],
  ['an array', update([1, 1, '[]'])],
  ['a number', update([1, 1, '1'])],
  ['20,000 nested arrays', update([1, 1, `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`])],
  ['17 nested arrays', update([1, 1, `{"a":${'['.repeat(17)}${']'.repeat(17)}}`])],
  ['9 kB', update([1, 1, JSON.stringify({ a: 'x'.repeat(9_000) })])],
  ['a client id of 33 bits', update([2 ** 32, 1, '{}'])],
  ['bytes behind it', new Uint8Array([...update([1, 1, '{}']), 0])],
  ['a count beyond its bytes', new Uint8Array([200, 1, 1, 1, 0])],
  ['a count of billions', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f])],
  ['invalid UTF-8', new Uint8Array([1, 1, 1, 4, 0x22, 0xff, 0xfe, 0x22])],
  ['nothing', new Uint8Array()],
])('[SEC-9] refuses an awareness update with %s', (_what, bytes) => {
  expect(() => decodeAwarenessEntries(bytes)).toThrow(ProtocolError);
});
