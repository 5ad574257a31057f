import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSoundFolders, runFolderFault, type SoundFolders } from './folder-faults.ts';

/*
 * Runs folder faults one after the other, in a process of its own, so that an end of the process is seen. Arguments: the first
 * seed, and how many. Prints a line of JSON before each fault and one after it.
 */

/** A user without rights: permissions mean nothing to root. */
const NOBODY = 65534;

/** This many seeds share the folders that the faults are made in. */
const SEEDS_A_FOLDER = 50;

const [, , first = '0', count = '1'] = process.argv;
// With rights that are not its own, a process is not told of TMPDIR any more.
const temporary = tmpdir();
const parent = await mkdtemp(join(temporary, 'coscribe-faults-'));
if (process.getuid?.() === 0) {
  // The folder of a test run may be root's alone.
  await chmod(temporary, (await stat(temporary)).mode | 0o111);
  await chown(parent, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
}
try {
  let sound = null as { readonly of: number; readonly folders: SoundFolders } | null;
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const of = Math.floor(seed / SEEDS_A_FOLDER);
    if (sound?.of !== of) {
      const home = join(parent, String(of));
      await mkdir(home);
      sound = { of, folders: await makeSoundFolders(home, of) };
    }
    tell({ begins: seed });
    tell({ seed, ...(await runFolderFault(sound.folders, parent, seed)) });
  }
} finally {
  process.seteuid?.(process.getuid?.() ?? 0);
  await rm(parent, { recursive: true, force: true });
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
