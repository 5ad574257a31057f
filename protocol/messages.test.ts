import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import {
  decodeMessage,
  encodeAwareness,
  encodeCompressed,
  encodeNotice,
  encodePermissionDenied,
  encodeQueryAwareness,
  encodeRetire,
  encodeStored,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  encodeWelcome,
  type Message,
  type Welcome,
} from './messages.ts';
import { ProtocolError } from './protocol-error.ts';
import { PROTOCOL_VERSION } from './version.ts';

const bytes = new Uint8Array([1, 2, 250]);
const welcome: Welcome = {
  epoch: 'e.0',
  digest: '0123456789abcdef',
  role: 'editor',
  connection: 7,
  limits: { messageBytes: 1024 },
  document: { title: 'Ü', language: '' },
  textField: 'content',
};

const hexOf = (text: string) => Buffer.from(text).toString('hex');

/** Every message with its bytes. They change only with PROTOCOL_VERSION (a line in version.ts). */
const GOLDEN: readonly (readonly [Message, Uint8Array, string])[] = [
  [{ type: 'sync-step-1', stateVector: bytes }, encodeSyncStep1(bytes), '0000030102fa'],
  [{ type: 'sync-step-2', update: bytes }, encodeSyncStep2(bytes), '0001030102fa'],
  [{ type: 'update', update: bytes }, encodeUpdate(bytes), '0002030102fa'],
  [{ type: 'awareness', update: bytes }, encodeAwareness(bytes), '01030102fa'],
  [{ type: 'auth', reason: 'no' }, encodePermissionDenied('no'), '0200026e6f'],
  [{ type: 'query-awareness' }, encodeQueryAwareness(), '03'],
  [
    { type: 'welcome', welcome },
    encodeWelcome(welcome),
    `64a701${hexOf('{"epoch":"e.0","digest":"0123456789abcdef","role":"editor","connection":7,"limits":{"messageBytes":1024},"document":{"title":"Ü","language":""},"textField":"content"}')}`,
  ],
  [{ type: 'stored', count: 300 }, encodeStored(300), '65ac02'],
  [{ type: 'retire', clientId: 300 }, encodeRetire(300), '66ac02'],
  [
    { type: 'notice', notice: { type: 'storage', state: 'failing' } },
    encodeNotice({ type: 'storage', state: 'failing' }),
    `6724${hexOf('{"type":"storage","state":"failing"}')}`,
  ],
  [{ type: 'compressed', length: 300, content: bytes }, encodeCompressed(300, bytes), '69ac02030102fa'],
];

it('speaks version 1: the golden frames', () => {
  expect(PROTOCOL_VERSION).toBe(1);
  for (const [message, frame, hex] of GOLDEN) {
    expect(Buffer.from(frame).toString('hex'), message.type).toBe(hex);
    expect(decodeMessage(Buffer.from(hex, 'hex')), message.type).toEqual(
      message.type === 'sync-step-1' ? { ...message, stateVector: Buffer.from(bytes) } : withBuffers(message),
    );
  }
});

function withBuffers(message: Message): Message {
  if (message.type === 'compressed') return { ...message, content: Buffer.from(message.content) };
  return 'update' in message ? { ...message, update: Buffer.from(message.update) } : message;
}

it('[SEC-6] refuses every golden frame cut short or with bytes behind it', () => {
  for (const [message, frame] of GOLDEN) {
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeMessage(frame.subarray(0, length)), `${message.type} ${length}`).toThrow(ProtocolError);
    }
    expect(() => decodeMessage(Buffer.concat([frame, new Uint8Array(1)])), message.type).toThrow(ProtocolError);
  }
});

it('[SEC-6] decodes any bytes or throws a ProtocolError, nothing else', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc
      .tuple(fc.constantFrom(0, 1, 2, 3, 100, 101, 103, 105), fc.uint8Array({ maxLength: 64 }))
      .map(([type, rest]) => new Uint8Array([type, ...rest])),
  );
  fc.assert(
    fc.property(anything, (frame) => {
      try {
        decodeMessage(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 20_000 },
  );
});

it('[SEC-8] checks a claimed length before it touches anything', () => {
  const huge = new Uint8Array([0, 2, 0xff, 0xff, 0xff, 0xff, 0x7f]);
  expect(() => decodeMessage(huge)).toThrow(/claims 34359738367 bytes, 0 remain/);
  const endless = new Uint8Array([0, 2, ...new Array(20).fill(0xff)]);
  expect(() => decodeMessage(endless)).toThrow(ProtocolError);
});

it('[SEC-8] makes no room for what a few compressed bytes claim to be', () => {
  const { messageBytes } = LIMITS;
  expect(decodeMessage(encodeCompressed(messageBytes, bytes)).type).toBe('compressed');
  expect(() => decodeMessage(encodeCompressed(messageBytes + 1, bytes))).toThrow(ProtocolError);
});
