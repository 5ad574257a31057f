import { createHash } from 'node:crypto';
import { higherRole, may, type Role } from '../../protocol/roles.ts';
import type { Clock } from '../clock.ts';
import type { AccessRecord, Owner, ShareLink } from '../document/access-record.ts';
import type { Documents } from '../document/documents.ts';
import {
  type Access,
  type AccessListener,
  type AccessRequest,
  AccessUnavailable,
  type Authenticator,
  type Person,
  type Refusal,
} from './authenticator.ts';
import { BANNED_PERSON } from './decision.ts';
import type { Restrictions } from './restrictions.ts';
import { isGenuine, isSame, parseTicket } from './ticket.ts';
import { TokenRefused, type TokenVerifier, type VerifiedToken } from './token-verifier.ts';

/** Records kept in memory; the one longest unused goes first. */
const CACHED_RECORDS = 10_000;

const SIGN_IN = 'Sign in to create a document.';
const MAY_NOT_CREATE = 'You may not create this document. Ask the people who run this server for the right to.';
const IS_SOMEBODYS = 'This document belongs to somebody already, and you may not write in it.';

/** A new owner key: 32 random bytes. Shorter ones could be guessed; existing documents keep theirs. */
export const OWNER_KEY = /^own\.[\w-]{43}$/;
const REVOKED = 'The token was revoked. Sign in again.';
const KEY_BESIDE_TOKEN =
  'The token says what you may do with this document, so no owner key can be made for it. Leave the owner key out.';
export const WEAK_KEY = 'An owner key is "own." and 32 random bytes in base64url, which are 43 characters.';

/** Max credentials in one token. */
const MAX_CREDENTIALS = 8;

/** Longest token, in characters. One that comes as a message could be of any length; a header holds no more. */
const LONGEST_TOKEN = 16 * 1024;

export interface AccessControlOptions {
  readonly documents: Documents;
  /** Signs tickets. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  /** What a document without a record is to somebody without a credential: `open` an editor's, `private` nobody's. */
  readonly access: 'open' | 'private';
  /**
   * Who may create documents: `anyone`; `known`, anyone who a token names; `entitled`, anyone who may write in the document
   * before it exists, by a token.
   */
  readonly create: 'anyone' | 'known' | 'entitled';
  readonly verifiers: readonly TokenVerifier[];
  /** Which tokens are void, and who is banned. */
  readonly restrictions: Pick<Restrictions, 'isRevoked' | 'isBannedPerson'>;
}

/** Somebody may create a document. */
export interface Creation {
  readonly granted: true;
  /** Who owns it then; nobody when there is neither a person nor a key, or when the document has its owners already. */
  readonly owners: readonly Owner[];
}

/** The parts of a token. */
interface Credentials {
  /** Owner keys, links and tickets, which the record of a document knows. */
  readonly ours: readonly string[];
  readonly verified: readonly VerifiedToken[];
}

/** One credential's worth. */
interface Right {
  readonly role: Role | null;
  readonly expiresAt: number | null;
  readonly through: string;
}

/**
 * Decides by the credentials of a token and the access record of the document; the highest role of all wins. A credential
 * that is not good refuses the whole request, so that nobody works on with less than they believe to have.
 */
export class AccessControl implements Authenticator {
  readonly #options: AccessControlOptions;
  readonly #records = new Map<string, Promise<AccessRecord | null>>();
  /** The change of each document's record that others have to wait for. */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<AccessListener>();

  constructor(options: AccessControlOptions) {
    this.#options = options;
    for (const verifier of options.verifiers) {
      verifier.onRevoked?.((person) => {
        for (const listener of this.#listeners) listener(null, person);
      });
    }
  }

  onChange(listener: AccessListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async authorize({ documentName, token }: AccessRequest): Promise<Access> {
    const credentials = await this.#split(token);
    if ('refusal' in credentials) return credentials;
    // The record comes last, and from here on nothing waits: a change cannot slip between reading and deciding.
    const record = await this.#recordNow(documentName);
    return this.#decide(documentName, record, credentials.ours, credentials.verified);
  }

  /**
   * Whether somebody may create a document, and who owns it then: the person of the token, and anyone who holds the owner key
   * that came along and that no document knows yet. A token that says what its holder may do here gives no more than that: it
   * ends, and a backend may give out the next one with less, which owning the document would outlive.
   */
  async authorizeCreation(request: AccessRequest): Promise<Creation | Refusal> {
    const { documentName } = request;
    const credentials = await this.#split(request.token);
    if ('refusal' in credentials) return credentials;
    const { ours, verified } = credentials;
    const record = await this.#recordNow(documentName);
    const keys = ours.filter((credential) => credential.startsWith('own.'));
    const byToken = roleByToken(documentName, verified);
    if (byToken !== null && keys.length > 0) return refuse('forbidden', KEY_BESIDE_TOKEN);
    const people = verified
      .filter((token) => byToken === null || token.roleIn(documentName) === 'owner')
      .flatMap(({ person }) => person ?? []);
    const canOwn = people.length + keys.length > 0;
    const createsByRole = !canOwn || keys.length < ours.length;
    const mayNot = this.#mayNotCreate(documentName, verified);
    // A name with a record is somebody's already: an owner's, or that of the administrator who closed it by the API key.
    if (record !== null || createsByRole) {
      const access = this.#decide(documentName, record, ours, verified);
      // Anyone who may not create does not learn by trying which names are taken.
      if (!access.granted) return createsByRole ? access : (mayNot ?? access);
      return may(access.role, 'write') ? { granted: true, owners: [] } : refuse('forbidden', IS_SOMEBODYS);
    }
    if (mayNot !== null) return mayNot;
    if (!keys.every((key) => OWNER_KEY.test(key))) return refuse('forbidden', WEAK_KEY);
    return {
      granted: true,
      owners: [
        ...people.map(({ id, name }) => ({ kind: 'person', id, name }) as const),
        ...keys.map((key) => ({ kind: 'key', hash: hashOwnerKey(key) }) as const),
      ],
    };
  }

  /** Why tokens do not allow to create a document that nobody has claimed, and to own it; null when they do. */
  #mayNotCreate(name: string, verified: readonly VerifiedToken[]): Refusal | null {
    const isKnown = verified.some(({ person }) => person !== null);
    const access = this.#decide(name, null, [], verified);
    const mayCreate =
      roleByToken(name, verified) === null
        ? { anyone: true, known: isKnown, entitled: false }[this.#options.create]
        : access.granted && may(access.role, 'write');
    if (mayCreate) return null;
    return isKnown ? refuse('forbidden', MAY_NOT_CREATE) : refuse('unauthenticated', SIGN_IN);
  }

  /** The access record of a document, as the latest change left it; null when it has none. */
  async record(documentName: string): Promise<AccessRecord | null> {
    for (;;) {
      const reading = this.#records.get(documentName) ?? this.#read(documentName);
      this.#keep(documentName, reading);
      const record = await reading;
      if (this.#records.get(documentName) === reading || !this.#records.has(documentName)) return record;
    }
  }

  /** What a document is to somebody without a credential when its record, or its lack of one, says so. */
  anyoneIn(record: AccessRecord | null): Role | null {
    if (record !== null) return record.anyone;
    return this.#options.access === 'open' ? 'editor' : null;
  }

  /**
   * Changes a record; changes of one document follow each other. In force at once, resolves when it is on disk. What
   * `change` throws is passed on, and nothing is changed. `decide` is asked when the turn has come whether it still may be,
   * since those before may have revoked what the change was allowed by; its rejection is passed on too.
   */
  change(
    documentName: string,
    change: (record: AccessRecord) => AccessRecord,
    decide?: () => Promise<unknown>,
  ): Promise<AccessRecord> {
    const before = this.#changes.get(documentName) ?? Promise.resolve();
    const applied = before
      .catch(() => undefined)
      .then(async () => {
        await decide?.();
        const old = await this.record(documentName);
        const record = change(old ?? { anyone: this.anyoneIn(null), owners: [], links: [] });
        const stored = this.#options.documents.setAccess(documentName, record);
        this.#keep(documentName, Promise.resolve(record));
        for (const listener of this.#listeners) listener(documentName);
        return { record, stored };
      });
    this.#changes.set(documentName, applied);
    return applied
      .finally(() => {
        if (this.#changes.get(documentName) === applied) this.#changes.delete(documentName);
      })
      .then(async ({ record, stored }) => {
        await stored;
        return record;
      });
  }

  /** The record of a document was replaced in the store: it is read again, and everybody's access decided by it. */
  forget(documentName: string): void {
    this.#records.delete(documentName);
    for (const listener of this.#listeners) listener(documentName);
  }

  #decide(
    name: string,
    record: AccessRecord | null,
    ours: readonly string[],
    verified: readonly VerifiedToken[],
  ): Access {
    const now = this.#options.clock.date();
    const rights: Right[] = [{ role: this.anyoneIn(record), expiresAt: null, through: 'anyone' }];
    let person: Person | null = null;
    for (const token of verified) {
      if (token.expiresAt !== null && token.expiresAt <= now)
        return refuse('unauthenticated', 'The token has expired.');
      person ??= token.person;
      const id = token.person?.id;
      const owns = record?.owners.some((owner) => owner.kind === 'person' && owner.id === id) === true;
      rights.push({
        role: owns ? 'owner' : token.roleIn(name),
        expiresAt: token.expiresAt,
        through: token.through,
      });
    }
    const unlocked = new Set<string>();
    const locked: ShareLink[] = [];
    for (const credential of ours) {
      if (credential.startsWith('own.')) {
        const hash = hashOwnerKey(credential);
        if (record?.owners.some((owner) => owner.kind === 'key' && isSame(owner.hash, hash)) !== true) {
          return refuse('forbidden', 'The owner key does not belong to this document.');
        }
        rights.push({ role: 'owner', expiresAt: null, through: 'owner key' });
        continue;
      }
      const ticket = parseTicket(credential);
      const link = record?.links.find((candidate) =>
        ticket === null ? isSame(`link.${candidate.secret}`, credential) : candidate.id === ticket.linkId,
      );
      if (link === undefined) return refuse('forbidden', 'The link was revoked or does not exist.');
      if (link.expiresAt !== null && link.expiresAt <= now) return refuse('forbidden', 'The link has expired.');
      if (ticket === null && link.password !== null) {
        locked.push(link);
        continue;
      }
      if (ticket !== null) {
        if (ticket.expiresAt <= now || !isGenuine(this.#options.secret, name, link, ticket)) {
          return refuse('passwordNeeded', 'The link has a password, which has to be given again.');
        }
        unlocked.add(link.id);
      }
      const expiresAt = earlier(ticket?.expiresAt ?? null, link.expiresAt);
      rights.push({ role: link.role, expiresAt, through: `link ${link.id}` });
    }
    const credentialRole = rights.slice(1).reduce<Role | null>((role, right) => higherRole(role, right.role), null);
    if (credentialRole === null && locked.some((link) => !unlocked.has(link.id))) {
      return refuse('passwordNeeded', 'The link has a password.');
    }
    return grant(rights, person);
  }

  async #verify(credential: string): Promise<VerifiedToken> {
    const verifier = this.#options.verifiers.find((candidate) => candidate.recognises(credential));
    if (verifier === undefined) throw new TokenRefused('The server takes no token of this kind.');
    return verifier.verify(credential);
  }

  /** Takes a token apart, and has its foreign parts verified. */
  async #split(token: string | null): Promise<Credentials | Refusal> {
    if (token !== null && token.length > LONGEST_TOKEN) return refuse('unauthenticated', 'The token is too long.');
    const all = token === null || token === '' ? [] : token.split('~');
    if (all.length > MAX_CREDENTIALS) return refuse('unauthenticated', 'The token has too many parts.');
    const verified: VerifiedToken[] = [];
    try {
      for (const credential of all) if (!isOurs(credential)) verified.push(await this.#verify(credential));
    } catch (error) {
      if (error instanceof TokenRefused) return refuse('unauthenticated', error.message);
      throw error;
    }
    const { restrictions } = this.#options;
    if (verified.some((token) => restrictions.isRevoked(token))) return refuse('unauthenticated', REVOKED);
    // A token may come beside that of somebody else, whom the grant will name.
    if (verified.some(({ person }) => person !== null && restrictions.isBannedPerson(person.id))) {
      return refuse('forbidden', BANNED_PERSON);
    }
    return { ours: all.filter(isOurs), verified };
  }

  #recordNow(documentName: string): Promise<AccessRecord | null> {
    return this.record(documentName).catch((cause: unknown) => {
      throw new AccessUnavailable('The document cannot be loaded right now.', { cause });
    });
  }

  #read(documentName: string): Promise<AccessRecord | null> {
    const reading = this.#options.documents.access(documentName);
    // A failed read is asked again by the next one.
    reading.catch(() => {
      if (this.#records.get(documentName) === reading) this.#records.delete(documentName);
    });
    return reading;
  }

  #keep(documentName: string, record: Promise<AccessRecord | null>): void {
    this.#records.delete(documentName);
    this.#records.set(documentName, record);
    if (this.#records.size <= CACHED_RECORDS) return;
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest);
      return;
    }
  }
}

/** What is kept of an owner key (`own.…`). */
export function hashOwnerKey(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url');
}

/** The highest role that tokens give in a document, whatever its record says; null when they give none. */
function roleByToken(documentName: string, verified: readonly VerifiedToken[]): Role | null {
  return verified.map((token) => token.roleIn(documentName)).reduce(higherRole, null);
}

function isOurs(credential: string): boolean {
  return /^(link|own|ticket)\./.test(credential);
}

function grant(rights: readonly Right[], person: Person | null): Access {
  let best: { role: Role; through: string } | null = null;
  let expiresAt: number | null = null;
  for (const right of rights) {
    // Of all, since the first credential to run out has to be asked for again.
    expiresAt = earlier(expiresAt, right.expiresAt);
    if (right.role === null) continue;
    if (best === null || (best.role !== right.role && higherRole(best.role, right.role) === right.role)) {
      best = { role: right.role, through: right.through };
    }
  }
  if (best !== null) return { granted: true, ...best, person, expiresAt };
  if (rights.length > 1) return refuse('forbidden', 'You have no access to this document.');
  return refuse('unauthenticated', 'Sign in or use a link to this document.');
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function refuse(refusal: Refusal['refusal'], reason: string): Refusal {
  return { granted: false, refusal, reason };
}
