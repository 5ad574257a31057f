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

const record = { time: 1_700_000_000_000, writers: new Map([[7, 'alice']]), update: new Uint8Array([1, 2, 3]) };

it('gives back a log record', () => {
  const { time, writers, update } = decodeLogRecord(encodeLogRecord(record));
  expect([time, [...writers], [...update]]).toEqual([record.time, [[7, 'alice']], [1, 2, 3]]);
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
