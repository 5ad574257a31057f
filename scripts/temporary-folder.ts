import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all tests of a run one folder for what they keep on the disk. @returns removes it */
export default async function makeTemporaryFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'coscribe-tests-'));
  // The processes of the tests start behind this and inherit it; Node.js asks for it whenever a folder is made.
  process.env['TMPDIR'] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
