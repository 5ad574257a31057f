import { ApiError } from '../api/api-request.ts';
import type { SessionInfo, SiteSession } from '../api/site-session.ts';
import { type KeptStrings, readJson, siteKey } from '../device/local-store.ts';

/** How long a page waits for the server to say who is here, in milliseconds. Then it is the one who was here last. */
const PATIENCE = 3_000;

/** Said when something cannot be shown, for want of the server. */
export const UNREACHABLE = 'The server cannot be reached right now.';

/** Said when a sign-out did not even begin. */
export const STILL_SIGNED_IN = `You are still signed in. ${UNREACHABLE}`;

const key = () => siteKey('coscribe.person');

/** Who was at this browser last, and whether somebody signed out since. */
export interface KeptPerson extends SessionInfo {
  readonly left: boolean;
}

/** Who was at this browser last, as far as the server had said; null before it has. */
export function keptPerson(store: KeptStrings): KeptPerson | null {
  const value = readJson(store, key()) as Partial<KeptPerson> | null;
  if (typeof value !== 'object' || value === null) return null;
  const { person = null, signIn = null, left } = value;
  return typeof person?.id === 'string' || person === null ? { person, signIn, left: left === true } : null;
}

/** Remembers who is here, as the server says. Other tabs hear of it. */
export function keepPerson(store: KeptStrings, { person, signIn }: SessionInfo): void {
  // Tabs that were asleep still have to learn why nobody is here.
  write(store, { person, signIn, left: person === null && keptPerson(store)?.left === true });
}

/** Remembers that the person has signed out. Other tabs hear of it. */
export function keepSignedOut(store: KeptStrings, signIn: string | null): void {
  write(store, { person: null, signIn, left: true });
}

function write(store: KeptStrings, kept: KeptPerson): void {
  const value = JSON.stringify(kept);
  if (store.getItem(key()) !== value) store.setItem(key(), value);
}

/**
 * Who is at this browser. The server says so; while it cannot, it is who was here last, so that their documents open without a
 * network. Nothing of anybody is shown before this is known. What the browser has from before it kept people apart is given to the
 * first one who is signed in.
 */
export async function personHere(session: Pick<SiteSession, 'info'>, store: KeptStrings): Promise<SessionInfo> {
  const kept = keptPerson(store);
  const before = kept ?? { person: null, signIn: null };
  const asking = ask(session);
  // Where nobody can sign in everybody is a guest: no reason to wait.
  if (kept !== null && kept.person === null && kept.signIn === null) {
    void asking.then((info) => info !== null && keepPerson(store, info));
    return before;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE);
  });
  const info = await Promise.race([asking, patience]);
  clearTimeout(timer);
  if (info === null) return before;
  if (kept !== null || info.person === null || (await joinOldLayout(store, info.person.id))) keepPerson(store, info);
  return info;
}

/** Returns whether it is done; else it is tried again by the next page. */
async function joinOldLayout(store: KeptStrings, person: string): Promise<boolean> {
  try {
    await (await import('./old-layout.ts')).joinOldLayout(store, person);
    return true;
  } catch (error) {
    reportError(error);
    return false;
  }
}

/** Null when the server cannot be asked. */
async function ask(session: Pick<SiteSession, 'info'>): Promise<SessionInfo | null> {
  try {
    return await session.info();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return null;
  }
}

/** Calls back when somebody else is at this browser than `person`: another tab said so, or did while this page was asleep. */
export function watchPerson(store: KeptStrings, person: string | null, changed: (to: KeptPerson) => void): void {
  const look = () => {
    const kept = keptPerson(store);
    if (kept !== null && (kept.person?.id ?? null) !== person) changed(kept);
  };
  window.addEventListener('storage', ({ key: written }) => {
    if (written === null || written === key()) look();
  });
  // The browser brings a page back as it was.
  window.addEventListener('pageshow', look);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look();
  });
}
