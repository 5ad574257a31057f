import { expect, it } from 'vitest';
import { DatabaseFileError } from './level/database-files.ts';
import { storageProblem } from './storage-problem.ts';
import { StoreError } from './store.ts';

const error = (code: string, message = code, path?: string) => Object.assign(new Error(message), { code, path });

const ioError = (text: string) => error('LEVEL_IO_ERROR', `IO error: /data/leveldb/000012.log: ${text}`);

it.each([
  [
    'EACCES',
    error('EACCES', 'x', '/data/leveldb/CURRENT'),
    /^\/data\/leveldb\/CURRENT cannot be used \(EACCES\): .*chown/,
  ],
  ['no permission in LevelDB', ioError('Permission denied'), /^\/data\/leveldb\/000012\.log cannot be used \(EACCES\)/],
  ['a full disk', error('ENOSPC'), /^There is no room left on the disk of \/data \(ENOSPC\)\. Make some/],
  ['a full disk in LevelDB', ioError('No space left on device'), /^There is no room left on the disk of \/data/],
  ['a quota', ioError('Disk quota exceeded'), /^There is no room left on the disk of \/data \(EDQUOT\)/],
  ['a disk that can only be read', error('EROFS'), /^The disk of \/data can only be read \(EROFS\)/],
  ['too many files', ioError('Too many open files'), /^Too many files are open .*\(EMFILE\).*LimitNOFILE/],
  [
    'a broken disk',
    error('EIO', 'x', '/data/leveldb/000005.ldb'),
    /^The disk does not give back \/data\/leveldb\/000005\.ldb/,
  ],
  ['another process', error('LEVEL_LOCKED'), /^The data folder \/data is in use by another process/],
  [
    'damage',
    new DatabaseFileError('000005.ldb', ' is missing'),
    /^The database in \/data is damaged \(000005\.ldb is missing\)/,
  ],
  ['damage in LevelDB', error('LEVEL_CORRUPTION', 'bad block'), /^The database in \/data is damaged \(bad block\)/],
  ['anything else', error('ENOTDIR', 'x', '/data/leveldb'), /^The folder \/data\/leveldb cannot be used \(ENOTDIR\)/],
])('calls %s by its name', async (_what, cause, message) => {
  const problem = await storageProblem('/data', cause);
  expect(problem).toBeInstanceOf(StoreError);
  expect(problem.message).toMatch(message);
  const isDamage = /damage/.test(_what);
  expect(/coscribe restore/.test(problem.message)).toBe(isDamage || _what === 'a broken disk');
});
