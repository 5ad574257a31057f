/** How long a page that is busy puts off what can wait, in milliseconds. */
const WITHIN = 10_000;

/** Runs a task when the page has nothing else to do. */
export function whenIdle(task: () => void): { cancel(): void } {
  // Safari has no idle callbacks.
  if (typeof window.requestIdleCallback !== 'function') {
    const timer = window.setTimeout(task, 1_000);
    return { cancel: () => window.clearTimeout(timer) };
  }
  const handle = window.requestIdleCallback(task, { timeout: WITHIN });
  return { cancel: () => window.cancelIdleCallback(handle) };
}
