/** Runs listeners of the host. One that throws is the host's bug: it is surfaced as one, and disturbs nothing here. */
export function fenced(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
