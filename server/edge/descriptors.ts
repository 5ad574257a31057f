import { readFileSync } from 'node:fs';

/** Sockets of plain HTTP beside those of all connections. */
const SPARE_SOCKETS = 1_000;

/**
 * Files and sockets kept free for the database (which maps its tables, and so has few open), the log, the provider and whatever a
 * host's program opens: when sockets take the last one, nothing can be saved any more.
 */
const RESERVE = 256;

/** Where Linux says what a process may open, and how many. Elsewhere nobody does. */
const LIMITS_FILE = '/proc/self/limits';

/** How many files and sockets this process may have open; null when that is not known. Node.js has raised it as far as it may. */
export function descriptorLimit(limits: string | null = readLimits()): number | null {
  const soft = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1];
  return soft === undefined ? null : Number(soft);
}

/** How many sockets there may be at a time when `connections` are wanted: those, some for plain requests, and none of the reserve. */
export function socketRoom(connections: number, limit: number | null): number {
  const wanted = connections + SPARE_SOCKETS;
  return limit === null ? wanted : Math.max(1, Math.min(wanted, limit - Math.min(RESERVE, Math.floor(limit / 4))));
}

/** How many files and sockets a server with this many connections needs. */
export function neededDescriptors(connections: number): number {
  return connections + SPARE_SOCKETS + RESERVE;
}

function readLimits(): string | null {
  try {
    return readFileSync(LIMITS_FILE, 'utf8');
  } catch {
    // Not Linux, or a container that hides it: nothing is known, so nothing is held back.
    return null;
  }
}
