import type { Role } from '../../../protocol/roles.ts';
import { ApiError } from '../api/api-request.ts';
import type { DocumentApi } from '../api/document-api.ts';
import type { SessionInfo, SiteSession } from '../api/site-session.ts';
import type { Credentials, OfferedCredential } from '../device/credentials.ts';
import type { LinkFragment } from '../link/link-fragment.ts';
import { makeOwnerKey } from '../link/owner-key.ts';

export interface DocumentAccessOptions {
  /** What this device has for the document. */
  readonly credentials: Credentials;
  readonly api: Pick<DocumentApi, 'create' | 'access' | 'ticket'>;
  readonly session: Pick<SiteSession, 'info' | 'token'>;
  /** Who is here, before the server has said so again. */
  readonly info?: SessionInfo;
  /** Lets the provider try again, also after a refusal. */
  readonly connect: () => void;
  /** Shows the server the token as it is now, on the connection that there is. */
  readonly showAgain: () => void;
  /** Tells the person something that they need not act upon now. */
  readonly tell: (sentence: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * How this device gets into one document: what it shows the server, and what it does when that is refused. Every credential
 * that is kept counts; the server gives the highest role of all, and refuses all for one that is bad.
 */
export class DocumentAccess {
  readonly #options: DocumentAccessOptions;
  readonly #listeners = new Set<() => void>();
  #info: SessionInfo = { person: null, signIn: null };
  #claiming: Promise<void> | null = null;
  #trying: Promise<void> | null = null;
  /** The server will not let this person create the document; asking again would bring the same answer. */
  #claimRefused = false;
  #hasCreated = false;
  /** The server has let this page in since it was refused last. */
  #isIn = false;
  #wasIn = false;

  constructor(options: DocumentAccessOptions) {
    this.#options = options;
    this.#info = options.info ?? this.#info;
  }

  /** Who is signed in, and where one can. */
  get info(): SessionInfo {
    return this.#info;
  }

  get usesLink(): boolean {
    return this.#options.credentials.link !== null;
  }

  /** The owner key of this device, once the server knows it. */
  get ownerKey(): string | null {
    const { ownerKey } = this.#options.credentials;
    return ownerKey?.claimed === true ? ownerKey.credential : null;
  }

  /** Whether this device has a key that makes this person the owner, or is about to create the document, or has. */
  get holdsKey(): boolean {
    const { ownerKey, wanted } = this.#options.credentials;
    return ownerKey !== null || wanted || this.#hasCreated;
  }

  /** This page is about to create the document, and has not been refused. */
  get creates(): boolean {
    return this.#options.credentials.wanted && !this.#claimRefused;
  }

  /** The server did not let this person create the document. */
  get createRefused(): boolean {
    return this.#claimRefused;
  }

  /** Whether this page had access and lost it. */
  get wasIn(): boolean {
    return this.#wasIn;
  }

  /** What the server said last, on this page or an earlier one. */
  get lastRole(): Role | null {
    return this.#options.credentials.role;
  }

  /** Calls back when any of the above may have changed; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keeps what the page's address brought. It is in use when the server has taken it: a link may be anybody's trap. */
  take(fragment: LinkFragment): void {
    const { credentials } = this.#options;
    switch (fragment.kind) {
      case 'link':
      case 'own':
        credentials.offer(fragment);
        return;
      case 'new':
        credentials.want();
        return;
      default:
        fragment satisfies never;
    }
  }

  /**
   * Everything there is to show, as one token. Creates the document first if it is to be this person's own.
   * @throws ApiError when the server cannot be asked; trying again may help
   */
  async token(): Promise<string> {
    const session = await this.#options.session.token();
    this.#takeInfo(await this.#options.session.info());
    await this.#claim(session);
    await this.#tryOffered(session);
    return this.#joined(session);
  }

  /** The server let this page in, or changed what it may do. */
  letIn(role: Role | null): void {
    this.#isIn = true;
    this.#wasIn = false;
    if (role !== null) this.#options.credentials.keepRole(role);
  }

  /**
   * The server refused for good. Tries again by itself where that can help; otherwise the person has to act.
   * @param code the refusal's name, as docs/errors.md lists them
   */
  refused(code: string): void {
    const { credentials, connect } = this.#options;
    const wasIn = this.#isIn;
    this.#isIn = false;
    this.#wasIn ||= wasIn;
    if (code === 'unauthenticated' && (credentials.link?.ticket ?? null) !== null) {
      // The ticket ran out or the password changed: with the link itself the server asks for the password.
      credentials.keepTicket(null);
      connect();
    } else if (code === 'forbidden' && wasIn) {
      // An edit that was on its way when the role sank is refused like this. Somebody who is really out is told so again.
      connect();
    }
  }

  /** Gets past the password of the share link. @throws ApiError when it is wrong, or was tried too often */
  async enterPassword(password: string): Promise<void> {
    const { credentials, api, connect, now } = this.#options;
    const { link } = credentials;
    if (link === null) return;
    const { token, expiresIn } = await api.ticket(link.credential, password);
    credentials.keepTicket({ token, expiresAt: now() + expiresIn });
    connect();
  }

  /** Creates the document under this name, which nobody has used yet, as this person's own. */
  create(): void {
    const { credentials, showAgain } = this.#options;
    credentials.want();
    this.#claimRefused = false;
    showAgain();
    this.#changed();
  }

  /** Gives up the share link and tries what is left. */
  forgetLink(): void {
    this.#options.credentials.forgetLink();
    this.#retry();
  }

  /** Gives up the owner key and tries what is left. */
  forgetOwnerKey(): void {
    this.#options.credentials.forgetOwnerKey();
    this.#retry();
  }

  /** Tries again: an owner may have opened the document meanwhile. */
  tryAgain(): void {
    this.#options.connect();
  }

  /** Makes this device the owner's with a key from another one. @throws ApiError when the key is not this document's */
  async useOwnerKey(credential: string): Promise<void> {
    const { credentials, api, connect, showAgain } = this.#options;
    const { role } = await api.access(credential);
    if (role !== 'owner') throw new ApiError('This is not an owner key of this document.');
    credentials.replaceOwnerKey(credential);
    showAgain();
    connect();
    this.#changed();
  }

  #takeInfo(info: SessionInfo): void {
    if (info === this.#info) return;
    this.#info = info;
    this.#changed();
  }

  #retry(): void {
    this.#wasIn = false;
    this.#options.credentials.keepRole(null);
    this.#options.connect();
    this.#changed();
  }

  /** What is in use, as one token. */
  #joined(session: string): string {
    return [this.ownerKey, this.#linkCredential(), session].filter((part) => part !== null && part !== '').join('~');
  }

  /** Puts what an address brought into use if the server takes it; other callers wait for the same answer. */
  async #tryOffered(session: string): Promise<void> {
    const { offered } = this.#options.credentials;
    if (offered === null) return;
    this.#trying ??= this.#settleOffer(offered, session).finally(() => {
      this.#trying = null;
    });
    await this.#trying;
  }

  async #settleOffer({ kind, credential }: OfferedCredential, session: string): Promise<void> {
    const { credentials, tell } = this.#options;
    const isKnown = credential === (kind === 'own' ? this.ownerKey : credentials.link?.credential);
    if (isKnown || (await this.#isTaken(kind, credential))) {
      if (kind === 'link') credentials.useLink(credential);
      // One that works stays: the person who has sent the other can take it away again.
      else if (this.ownerKey === null || (await this.#roleOf(this.ownerKey)) !== 'owner')
        credentials.replaceOwnerKey(credential);
    } else if (kind === 'own') {
      tell('The owner key in the link is not one of this document.');
    } else if (credentials.link === null && (await this.#roleOf(this.#joined(session))) === null) {
      // Nothing else lets this person in: the page says why the link does not.
      credentials.useLink(credential);
    } else {
      tell('The link that you opened does not work.');
    }
    credentials.settleOffer();
    this.#changed();
  }

  /** Whether the server takes a credential. A link whose password is still to be given is taken. */
  async #isTaken(kind: OfferedCredential['kind'], credential: string): Promise<boolean> {
    const role = await this.#roleOf(credential);
    return kind === 'own' ? role === 'owner' : role !== null;
  }

  /** What a token gives; null when the server refuses it. @throws ApiError when the server cannot be asked */
  async #roleOf(token: string): Promise<Role | 'password-needed' | null> {
    try {
      return (await this.#options.api.access(token)).role;
    } catch (error) {
      if (!(error instanceof ApiError) || error.isPassing) throw error;
      return error.code === 'password-needed' ? error.code : null;
    }
  }

  #linkCredential(): string | null {
    const { credentials, now } = this.#options;
    const { link } = credentials;
    if (link === null) return null;
    return link.ticket !== null && link.ticket.expiresAt > now() ? link.ticket.token : link.credential;
  }

  /** Creates the document that is wanted, once; other callers wait for the same answer. */
  async #claim(session: string): Promise<void> {
    if (!this.#options.credentials.wanted || this.#claimRefused) return;
    this.#claiming ??= this.#create(session).finally(() => {
      this.#claiming = null;
    });
    await this.#claiming;
  }

  /**
   * Somebody who is signed in owns what they create as a person, everywhere and until they sign out; a key on the device would
   * make its next user an owner too. A guest has only the key.
   */
  async #create(session: string): Promise<void> {
    const { credentials, api, tell } = this.#options;
    if (session === '') credentials.keepOwnerKey(makeOwnerKey(), false);
    // One that was made before the sign-in: an earlier try may have created the document with it.
    const key = credentials.ownerKey?.claimed === false ? credentials.ownerKey.credential : null;
    try {
      await api.create(session === '' && key !== null ? key : session);
    } catch (error) {
      if (!(error instanceof ApiError) || error.isPassing) throw error;
      if (error.code !== 'document-exists') {
        this.#claimRefused = true;
        tell(`The document was not created. ${error.message}`);
        this.#changed();
        return;
      }
      // The first answer may have got lost.
      if (key !== null && (await this.#roleOf(key)) === 'owner') credentials.claimed();
      else credentials.settle();
      this.#changed();
      return;
    }
    this.#hasCreated = true;
    if (session === '') credentials.claimed();
    else credentials.settle();
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
