/** Resolves after this many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Looks at a condition every few milliseconds until it holds; whether it did within the limit (milliseconds). */
export async function holdsWithin(limit: number, condition: () => boolean, every = 10): Promise<boolean> {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) return false;
    await pause(every);
  }
  return true;
}

/** As `holdsWithin`, but throws an error that says what did not come. */
export async function until(limit: number, what: string, condition: () => boolean): Promise<void> {
  if (!(await holdsWithin(limit, condition))) throw new Error(`waited ${limit / 1000} s in vain for: ${what}`);
}

/** Runs a task for each number below `count`, this many at a time. */
export async function inParallel(count: number, width: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}
