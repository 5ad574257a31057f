import { randomBytes } from 'node:crypto';
import type { Person } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import { Seal } from './seal.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** How long a session lasts that nobody uses, in milliseconds. */
export const SESSION_LIFETIME = 7 * DAY;

/** How old a session may be before a use makes it last again, in milliseconds. */
const RENEW_AFTER = DAY;

/** How long a session lasts however much it is used, in milliseconds; then the provider is asked again. */
export const LONGEST_SESSION = 30 * DAY;

/** How long ago the last use that was written down may be, in milliseconds. */
const WRITE_AFTER = HOUR;

/** Max sessions of one person; the one longest unused ends for another. */
const MAX_OF_PERSON = 100;

/** Somebody who signed in, in one browser. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  /** The session at the provider, where that says. */
  readonly sid: string | null;
  /** Milliseconds since 1970, as the others. */
  readonly signedInAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

/** Where a session is used. */
export interface SessionPlace {
  readonly address: string;
  /** As people call it; null when it does not say. */
  readonly browser: string | null;
}

/** A session as its person, or anyone who ends it, knows it. */
export interface KnownSession extends SessionPlace {
  readonly id: string;
  readonly person: string;
  readonly sid: string | null;
  readonly signedInAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

/** Where sessions, and which ones have ended, are written down. */
export interface SessionRecords {
  all(kind: 'session'): Promise<ReadonlyMap<string, unknown>>;
  put(kind: 'session', id: string, value: object): Promise<void>;
  remove(kind: 'session', ids: readonly string[]): Promise<void>;
}

export interface SessionsDependencies {
  readonly records: SessionRecords;
  /** Whether what a person was given at a time was revoked since. */
  readonly isRevoked: (issued: { readonly person: Person; readonly issuedAt: number }) => boolean;
  readonly clock: Clock;
}

/** That a session has ended, or all of a person that began before a time; forgotten when they would have expired. */
interface End {
  readonly ended: true;
  /** Of a person. */
  readonly before?: number;
  /** The one of them that goes on. */
  readonly except?: string;
  readonly expiresAt: number;
}

/** Sessions have no slash in their ids. */
const PERSON_PREFIX = 'person/';

/**
 * The sessions of signed-in people. Each is what its sealed cookie says, until it expires or is ended. Beside that is written down
 * who has which, so that they can be listed and ended one by one, and which have ended, so that a restart revives none.
 */
export class Sessions {
  readonly #seal: Seal;
  readonly #dependencies: SessionsDependencies;
  readonly #known = new Map<string, KnownSession>();
  /** By the id of the session, or PERSON_PREFIX and that of the person. */
  readonly #ends = new Map<string, End>();
  /** When the last use of each was written down. */
  readonly #writtenAt = new Map<string, number>();
  readonly #listeners = new Set<(person: string) => void>();

  private constructor(secret: Uint8Array, dependencies: SessionsDependencies) {
    this.#seal = new Seal(secret, 'session', dependencies.clock);
    this.#dependencies = dependencies;
  }

  /** Reads which sessions there are. */
  static async open(secret: Uint8Array, dependencies: SessionsDependencies): Promise<Sessions> {
    const sessions = new Sessions(secret, dependencies);
    for (const [id, record] of await dependencies.records.all('session')) {
      // What stands there was written below.
      const kept = record as KnownSession | End;
      if ('ended' in kept) sessions.#ends.set(id, kept);
      else sessions.#known.set(id, kept);
    }
    return sessions;
  }

  /** A new session, with an id that no earlier one had. */
  start(person: Person, place: SessionPlace, sid: string | null = null): Session {
    const now = this.#dependencies.clock.date();
    this.#forgetExpired(now);
    const others = this.of(person.id);
    for (const oldest of others.slice(MAX_OF_PERSON - 1)) this.#end(oldest);
    const session = this.#session({ id: randomBytes(16).toString('base64url'), person, sid, signedInAt: now });
    this.#keep(session, place);
    return session;
  }

  /** The session as its cookie holds it. */
  seal({ id, person, sid, signedInAt, renewedAt, expiresAt }: Session): Promise<string> {
    return this.#seal.close({ id, person, sid, signedInAt, renewedAt }, expiresAt);
  }

  /** The session of a cookie, which is used now; null when there is none, or no longer. */
  async read(cookie: string, place: SessionPlace): Promise<Session | null> {
    const content = await this.#seal.open(cookie);
    // What opens was written by `seal`, of an earlier version perhaps, which knew of no `sid`.
    const sealed = content as (Omit<Session, 'expiresAt' | 'sid'> & { sid?: string | null; exp: number }) | null;
    if (sealed === null || this.isOver(sealed)) return null;
    const { id, person, sid = null, signedInAt, renewedAt, exp } = sealed;
    const session = { id, person, sid, signedInAt, renewedAt, expiresAt: exp * 1000 };
    this.#keep(session, place);
    return session;
  }

  /** The session with more time left, when that is due; null when it goes on as it is. */
  renewed(session: Session): Session | null {
    const now = this.#dependencies.clock.date();
    if (now - session.renewedAt < RENEW_AFTER) return null;
    const renewed = this.#session(session);
    return renewed.expiresAt > now ? renewed : null;
  }

  /** What a person has, the one used last first. */
  of(person: string): KnownSession[] {
    const now = this.#dependencies.clock.date();
    return [...this.#known.values()]
      .filter((known) => known.person === person && known.expiresAt > now)
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  }

  /** Signs out: neither the session's cookie nor its tokens are good from now on. Resolves when that is on disk. */
  end({ id, person, signedInAt }: Pick<Session, 'id' | 'person' | 'signedInAt'>): Promise<void> {
    return this.#end({ id, person: person.id, signedInAt });
  }

  /** Ends one of a person's sessions; null when there is none of this id. */
  endOne(person: string, id: string): Promise<void> | null {
    const known = this.#known.get(id);
    return known?.person === person ? this.#end(known) : null;
  }

  /** Ends all sessions of a person that began before a time, those too that were never written down. Resolves when that is on disk. */
  endAll(person: string, before: number = this.#dependencies.clock.date() + 1): Promise<void> {
    return this.#endBefore(person, before, null);
  }

  /** Ends all sessions that a session's person has, except that one. Resolves when that is on disk. */
  endOthers({ id, person }: Pick<Session, 'id' | 'person'>): Promise<void> {
    return this.#endBefore(person.id, this.#dependencies.clock.date() + 1, id);
  }

  /** Ends the sessions here that belong to one at the provider and began before a time. */
  async endOf(sid: string, issuer: string, before: number): Promise<void> {
    const isMeant = (known: KnownSession) => known.sid === sid && known.person.startsWith(`${issuer}|`);
    const ended = [...this.#known.values()].filter((known) => isMeant(known) && known.signedInAt < before);
    await Promise.all(ended.map((known) => this.#end(known)));
  }

  /** Hears whose session was ended. */
  onEnd(listener: (person: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Whether a session, or a token of it, is good no longer although it has not expired. */
  isOver({ id, person, signedInAt }: Pick<Session, 'id' | 'person' | 'signedInAt'>): boolean {
    if (this.#ends.has(id)) return true;
    const { before, except } = this.#ends.get(PERSON_PREFIX + person.id) ?? {};
    if (before !== undefined && signedInAt < before && id !== except) return true;
    return this.#dependencies.isRevoked({ person, issuedAt: signedInAt });
  }

  #session({ id, person, sid, signedInAt }: Pick<Session, 'id' | 'person' | 'sid' | 'signedInAt'>): Session {
    const now = this.#dependencies.clock.date();
    const expiresAt = Math.min(now + SESSION_LIFETIME, signedInAt + LONGEST_SESSION);
    return { id, person, sid, signedInAt, renewedAt: now, expiresAt };
  }

  /** Remembers a use, and writes it down when the last one that was is long ago or from elsewhere. */
  #keep({ id, person, sid, signedInAt }: Session, place: SessionPlace): void {
    const now = this.#dependencies.clock.date();
    const before = this.#known.get(id);
    // A cookie that was renewed elsewhere may last longer than this one.
    const expiresAt = Math.min(now + SESSION_LIFETIME, signedInAt + LONGEST_SESSION);
    const known: KnownSession = { id, person: person.id, sid, signedInAt, lastUsedAt: now, expiresAt, ...place };
    this.#known.set(id, known);
    const isSamePlace = before?.address === place.address && before.browser === place.browser;
    if (isSamePlace && now - (this.#writtenAt.get(id) ?? 0) < WRITE_AFTER) return;
    this.#writtenAt.set(id, now);
    void this.#dependencies.records.put('session', id, known);
  }

  async #endBefore(person: string, before: number, except: string | null): Promise<void> {
    const ended = this.of(person).filter(({ id, signedInAt }) => signedInAt < before && id !== except);
    const key = PERSON_PREFIX + person;
    // What was ended stays so, also when the provider says it late.
    const earlier = this.#ends.get(key);
    const until = Math.max(before, earlier?.before ?? 0);
    const spared = this.#known.get(earlier?.except ?? '');
    const goesOn = except ?? (spared !== undefined && spared.signedInAt >= before ? spared.id : null);
    const end: End = {
      ended: true,
      before: until,
      ...(goesOn === null ? {} : { except: goesOn }),
      expiresAt: until + LONGEST_SESSION,
    };
    this.#ends.set(key, end);
    const stored = [this.#dependencies.records.put('session', key, end), ...ended.map((known) => this.#end(known))];
    this.#tell(person);
    await Promise.all(stored);
  }

  async #end({ id, person, signedInAt }: Pick<KnownSession, 'id' | 'person' | 'signedInAt'>): Promise<void> {
    const now = this.#dependencies.clock.date();
    const end: End = { ended: true, expiresAt: Math.min(now + SESSION_LIFETIME, signedInAt + LONGEST_SESSION) };
    this.#known.delete(id);
    this.#writtenAt.delete(id);
    this.#ends.set(id, end);
    const stored = this.#dependencies.records.put('session', id, end);
    this.#tell(person);
    await stored;
  }

  #forgetExpired(now: number): void {
    const gone: string[] = [];
    for (const kept of [this.#known, this.#ends] as const) {
      for (const [id, { expiresAt }] of kept) {
        if (expiresAt > now) continue;
        kept.delete(id);
        this.#writtenAt.delete(id);
        gone.push(id);
      }
    }
    void this.#dependencies.records.remove('session', gone);
  }

  #tell(person: string): void {
    for (const listener of this.#listeners) listener(person);
  }
}
