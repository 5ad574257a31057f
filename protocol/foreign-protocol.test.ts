import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import { foreignProtocolOf } from './foreign-protocol.ts';
import { encodeAwareness, encodeQueryAwareness, encodeSyncStep1, encodeUpdate } from './messages.ts';

type Write = (encoder: encoding.Encoder) => void;

function frame(...writes: Write[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const write of writes) write(encoder);
  return encoding.toUint8Array(encoder);
}

const text =
  (value: string): Write =>
  (encoder) =>
    encoding.writeVarString(encoder, value);
const number =
  (value: number): Write =>
  (encoder) =>
    encoding.writeVarUint(encoder, value);
const bytes =
  (...value: number[]): Write =>
  (encoder) =>
    encoding.writeVarUint8Array(encoder, new Uint8Array(value));

describe('[SEC-6] what is no message of ours', () => {
  test.each([
    ['a token', frame(text('notes'), number(2), number(0), text('token'), text('4.7.0'))],
    ['a token of version 2', frame(text('notes'), number(2), number(0), text('token'))],
    ['step 1', frame(text('notes'), number(0), number(0), bytes(0))],
    ['an update', frame(text('notes'), number(0), number(2), bytes(0, 0))],
    ['presence', frame(text('notes'), number(1), bytes(0))],
    ['a question', frame(text('notes'), number(3))],
    ['a message of the application', frame(text('notes'), number(5), text('{}'))],
    ['a goodbye', frame(text('notes'), number(7))],
    ['a short name', frame(text('a'), number(3))],
    ['a name with a session', frame(text('notes\0k3jf'), number(0), number(0), bytes(0))],
  ])('Hocuspocus: %s', (_what, message) => {
    expect(foreignProtocolOf(message)).toBe('Hocuspocus');
  });

  test('Automerge: who joins', () => {
    // {"type": "join", "senderId": "a"} in CBOR
    const join = [
      0xa2,
      0x64,
      ...Buffer.from('type'),
      0x64,
      ...Buffer.from('join'),
      0x68,
      ...Buffer.from('senderId'),
      0x61,
      0x61,
    ];
    expect(foreignProtocolOf(new Uint8Array(join))).toBe('Automerge');
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(20)],
    ['a name only', frame(text('notes'))],
    ['a type that nobody has', frame(text('notes'), number(60))],
    ['bytes behind it', frame(text('notes'), number(3), number(3))],
    ['broken UTF-8', new Uint8Array([2, 0xff, 0xff, 3])],
    ['ours: step 1', encodeSyncStep1(new Uint8Array([0]))],
    ['ours: an update', encodeUpdate(new Uint8Array([0, 0]))],
    ['ours: presence', encodeAwareness(new Uint8Array([0]))],
    ['ours: a question', encodeQueryAwareness()],
  ])('nothing known: %s', (_what, message) => {
    expect(foreignProtocolOf(message)).toBeNull();
  });
});
