import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import {
  DamagedRecordError,
  decodeJsonRecord,
  decodeLogRecord,
  decodeSnapshot,
  encodeJsonRecord,
  encodeLogRecord,
  encodeSnapshot,
} from './record.ts';

const record = { time: 1_700_000_000_000, update: new Uint8Array([1, 2, 3]) };

it('gives back a log record', () => {
  const { time, update } = decodeLogRecord(encodeLogRecord(record));
  expect([time, [...update]]).toEqual([record.time, [1, 2, 3]]);
});

/** An envelope of any version around a body. */
function sealed(version: number, body: readonly number[]): Uint8Array {
  const value = Buffer.from([version, 0, 0, 0, 0, ...body]);
  value.writeUInt32LE(crc32(value.subarray(5)), 1);
  return value;
}

const read = (value: Uint8Array) => {
  const { time, update } = decodeLogRecord(value);
  return [time, [...update]];
};

it('[DUR-17] reads a log record of format 1, also one that names somebody', () => {
  expect(read(sealed(1, [9, 0, 1, 2, 3]))).toEqual([9, [1, 2, 3]]);
  expect(read(sealed(1, [9, 2, 7, 3, 98, 111, 98, 8, 0, 1, 2, 3]))).toEqual([9, [1, 2, 3]]);
});

it('[DUR-17] passes over sections of a log record that it does not know, also empty ones', () => {
  expect(read(sealed(2, [9, 0, 1, 2, 3]))).toEqual([9, [1, 2, 3]]);
  expect(read(sealed(2, [9, 2, 1, 4, 0, 0, 0, 0, 200, 1, 0, 1, 2, 3]))).toEqual([9, [1, 2, 3]]);
  expect(() => read(sealed(2, [9, 1, 1, 4, 0]))).toThrow(DamagedRecordError);
});

it('refuses versions of a value that it does not know', () => {
  for (const version of [0, 3, 255]) {
    expect(() => decodeLogRecord(sealed(version, [9, 0]))).toThrow(`a value has the unknown version ${version}`);
  }
  expect(() => decodeSnapshot(sealed(2, [9, 0]))).toThrow('a value has the unknown version 2');
});

it('gives back a snapshot', () => {
  const { sequence, state } = decodeSnapshot(encodeSnapshot({ sequence: 300, state: new Uint8Array([5, 6]) }));
  expect([sequence, [...state]]).toEqual([300, [5, 6]]);
});

it('gives back JSON', () => {
  expect(decodeJsonRecord(encodeJsonRecord({ title: 'Überschrift' }))).toEqual({ title: 'Überschrift' });
});

it('[DUR-12] finds every damaged byte and every missing end', () => {
  const value = encodeLogRecord(record);
  for (let i = 0; i < value.length; i++) {
    const damaged = value.slice();
    damaged[i] = (damaged[i] ?? 0) ^ 0x10;
    expect(() => decodeLogRecord(damaged), `byte ${i}`).toThrow(DamagedRecordError);
    expect(() => decodeLogRecord(value.subarray(0, i)), `length ${i}`).toThrow(DamagedRecordError);
  }
});
