/** A command cannot do what it was asked. `message` is one line for the person who called it: what, why, what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The short code of a failed system call, or its message: what stands in brackets in an error for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
