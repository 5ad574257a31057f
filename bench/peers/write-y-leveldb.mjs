// Fills a folder of y-leveldb from a file of updates (each behind its length, 4 bytes little-endian), as the document
// `paper`: node write-y-leveldb.mjs UPDATES FOLDER [--compact]
import { readFileSync } from 'node:fs';
import { LeveldbPersistence } from 'y-leveldb';

const [updatesFile, folder, compact] = process.argv.slice(2);
const bytes = readFileSync(updatesFile);
const storage = new LeveldbPersistence(folder);
for (let at = 0; at < bytes.length; ) {
  const length = bytes.readUInt32LE(at);
  await storage.storeUpdate('paper', bytes.subarray(at + 4, at + 4 + length));
  at += 4 + length;
}
if (compact === '--compact') await storage.flushDocument('paper');
await storage.destroy();
console.log('written');
