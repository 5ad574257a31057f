import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeMessage, encodeCompressed, encodeUpdate } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { Decompression, decompress } from './decompression.ts';

const update = encodeUpdate(new Uint8Array(100_000).fill(7));

/** What a client makes of a compressed message. */
function received(length: number, content: Uint8Array): Promise<Uint8Array> {
  const message = decodeMessage(encodeCompressed(length, content));
  if (message.type !== 'compressed') throw new Error(`it came as ${message.type}`);
  return decompress(message);
}

it('gives back the message that the server compressed', async () => {
  expect(Buffer.from(await received(update.length, deflateSync(update))).equals(update)).toBe(true);
});

it('[SEC-8] makes no more of a compressed message than it claims to be', async () => {
  const bomb = deflateSync(new Uint8Array(64 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  await expect(received(1_000, bomb)).rejects.toThrow(ProtocolError);
});

it('refuses a compressed message that is shorter than it claims, is none, or holds another', async () => {
  await expect(received(update.length + 1, deflateSync(update))).rejects.toThrow(ProtocolError);
  await expect(received(update.length, deflateSync(update).subarray(0, 50))).rejects.toThrow();
  await expect(received(3, new Uint8Array([1, 2, 3]))).rejects.toThrow();
  const inner = encodeCompressed(update.length, deflateSync(update));
  await expect(received(inner.length, deflateSync(inner))).rejects.toThrow(ProtocolError);
});

it('is not asked for again after one that failed', async () => {
  const decompression = new Decompression();
  expect(decompression.works).toBe(true);
  await expect(
    decompression.message({ type: 'compressed', length: 3, content: new Uint8Array([1, 2, 3]) }),
  ).rejects.toThrow();
  expect(decompression.works).toBe(false);
});
