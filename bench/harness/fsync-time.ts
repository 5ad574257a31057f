import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Latencies } from './latencies.ts';

/** How long the disk under `folder` takes to make a small appended record durable: median of many, in milliseconds. */
export function fsyncTime(folder: string): number {
  const file = openSync(join(folder, 'fsync-probe'), 'a');
  const record = Buffer.alloc(4096, 7);
  const latencies = new Latencies();
  try {
    for (let i = 0; i < 300; i++) {
      writeSync(file, record);
      const start = performance.now();
      fdatasyncSync(file);
      latencies.add(performance.now() - start);
    }
  } finally {
    closeSync(file);
  }
  return latencies.p50;
}
