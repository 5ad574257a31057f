import { expect, it } from 'vitest';
import { crc32c, masked } from './crc32c.ts';
import { readLog } from './log-format.ts';

/** A log with each of these as a whole record. */
function logOf(...records: readonly string[]): Buffer {
  return Buffer.concat(
    records.map((record) => {
      const header = Buffer.alloc(7);
      const body = Buffer.concat([Buffer.from([1]), Buffer.from(record)]);
      header.writeUInt32LE(masked(crc32c(body)), 0);
      header.writeUInt16LE(record.length, 4);
      return Buffer.concat([header.subarray(0, 6), body]);
    }),
  );
}

const textsOf = (records: readonly Uint8Array[]) => records.map((record) => Buffer.from(record).toString());

it('[DUR-12] tells a last record whose length was changed from one that was cut off', () => {
  const log = logOf('first', 'the last record');
  const lengthAt = logOf('first').length + 4;
  for (let bit = 0; bit < 16; bit++) {
    const damaged = Buffer.from(log);
    damaged.writeUInt16LE(damaged.readUInt16LE(lengthAt) ^ (1 << bit), lengthAt);
    expect(readLog(damaged).damagedAt, `bit ${bit}`).toBe(logOf('first').length);
  }
  for (let length = logOf('first').length; length < log.length; length++) {
    const { records, damagedAt } = readLog(log.subarray(0, length));
    expect([textsOf(records), damagedAt], `length ${length}`).toEqual([['first'], null]);
  }
});

it('[DUR-12] takes zeros for room that was not written only where nothing follows', () => {
  const log = logOf('first', 'second', 'third');
  const from = logOf('first').length;
  const to = logOf('first', 'second').length;
  const hole = Buffer.from(log).fill(0, from, to);
  expect(readLog(hole).damagedAt).toBe(from);
  expect(readLog(Buffer.concat([logOf('first'), Buffer.alloc(40_000)]))).toMatchObject({ damagedAt: null });
});

it('reads on behind damage where it is asked to: from the next block', () => {
  const long = 'x'.repeat(32 * 1024 - 14 - 5);
  const damaged = logOf('first', long, 'in the next block');
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  expect(textsOf(readLog(damaged, { skipDamage: true }).records)).toEqual(['first', 'in the next block']);
  expect(textsOf(readLog(damaged).records)).toEqual(['first']);
});
