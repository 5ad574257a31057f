import { Admission } from '../access/admission.ts';
import type { Grant } from '../access/authenticator.ts';
import { Restrictions } from '../access/restrictions.ts';
import type { Clock } from '../clock.ts';
import { ServerRecords } from '../document/server-records.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';

/** A guest who may edit for ever. */
export const EDITOR: Grant = { granted: true, role: 'editor', person: null, expiresAt: null, through: 'anyone' };

/** Nobody is banned and nothing is frozen, until a test does it. What is kept is on disk at once. */
export function noRestrictions(clock: Clock): Restrictions {
  return new Restrictions(
    new ServerRecords(new MemoryStore(), { enqueue: (_operations, onDurable) => onDurable() }),
    clock,
  );
}

/** Lets everybody in as an editor, for ever. */
export function openAdmission(clock: Clock): Admission {
  const authenticator = { authorize: () => EDITOR };
  const restrictions = noRestrictions(clock);
  return new Admission({ authenticator, quotas: { refusedToken: () => 0 }, restrictions, clock, logger: silentLogger });
}
