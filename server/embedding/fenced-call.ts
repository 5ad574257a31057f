import type { Logger } from '../log/logger.ts';

/** A function of the host that is told something. What it returns is waited for by nobody. */
export type HostCallback<Event> = (event: Event) => unknown;

/** Calls a function of the host; what it throws or rejects with goes into the log and harms nobody. */
export function fencedCall<Event>(
  name: string,
  callback: HostCallback<Event> | undefined,
  event: Event,
  logger: Logger,
): void {
  const failed = (err: unknown) => logger.error({ err, callback: name }, 'A callback of the host failed.');
  try {
    const returned: unknown = callback?.(event);
    if (returned instanceof Promise) returned.catch(failed);
  } catch (err) {
    failed(err);
  }
}
