import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FaultOutcome } from './folder-faults.ts';

const PROCESS = fileURLToPath(new URL('./folder-fault-process.ts', import.meta.url));

/** How many faults ended how. */
export interface FaultTally {
  exact: number;
  refused: number;
  /** By the kind of the fault, and when it was made. */
  readonly kinds: Map<string, number>;
}

export function emptyTally(): FaultTally {
  return { exact: 0, refused: 0, kinds: new Map() };
}

/**
 * Makes single faults of data folders in a process of its own, the seeds from `first` on, and adds them up.
 * @throws Error at the first that ended with less text, with a refusal that says nothing, or with the end of the process
 */
export async function runFolderFaults(first: number, count: number, tally: FaultTally): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, String(first), String(count)]);
  let [stderr, begun] = ['', first];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { begins: number } | FaultOutcome;
    if ('begins' in told) {
      begun = told.begins;
      continue;
    }
    if (told.exact) tally.exact += 1;
    else tally.refused += 1;
    const kind = `${told.fault.kind}${told.when === 'under' ? ' under a store that was open' : ''}`;
    tally.kinds.set(kind, (tally.kinds.get(kind) ?? 0) + 1);
  }
  const [code, signal] = await ended;
  if (code !== 0) throw new Error(`The fault of the seed ${begun} ended the process (${signal ?? code}): ${stderr}`);
}
