import type { Role } from '../../../protocol/roles.ts';
import { type ApiRequest, askApi } from './api-request.ts';

/** What the catalogue says about a document. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly language: string;
}

/** A share link as its owner sees it. */
export interface ShareLink {
  readonly id: string;
  /** `link.…`, what stands in the link's fragment. */
  readonly link: string;
  readonly role: Role;
  readonly label: string;
  /** ISO 8601; null for never. */
  readonly expiresAt: string | null;
  readonly hasPassword: boolean;
}

/** Who owns a document: a person who signs in, or anyone who holds a key. */
export type DocumentOwner =
  /** `id` is the beginning of the key's SHA-256 in base64url. */
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'person'; readonly id: string; readonly name: string | null };

/** Something that happened to the access to a document (docs/access.md). Times are milliseconds since 1970. */
export interface DocumentEvent {
  readonly event: string;
  readonly lastAt: number;
  /** How often the same happened within an hour. */
  readonly count: number;
  readonly person: string | null;
  readonly role: string | null;
  readonly through: string | null;
  readonly reason: string | null;
  /** A network, never a whole address. */
  readonly from: string | null;
}

/** Who may do what in a document, as far as the one who asks may know. */
export interface AccessReport {
  /** What the one who asks may do. */
  readonly role: Role;
  /** What somebody may do who has nothing but the address; null for nothing. */
  readonly anyone: Role | null;
  /** Who asks, when the server knows. */
  readonly person?: { readonly id: string } | null;
  /** Owners only. */
  readonly links?: readonly ShareLink[];
  /** Owners only. */
  readonly owners?: readonly DocumentOwner[];
}

/** What makes or changes a share link. Fields left out stay as they are. */
export interface LinkWish {
  readonly role?: Role;
  readonly label?: string;
  /** ISO 8601; null for never. */
  readonly expiresAt?: string | null;
  /** Null takes the password off. */
  readonly password?: string | null;
}

/**
 * The server's API for one document. Every method throws ApiError when the server refuses or cannot be reached.
 */
export class DocumentApi {
  readonly #path: string;
  readonly #token: () => Promise<string>;
  readonly #ask: (request: ApiRequest) => Promise<unknown>;

  /** @param token what this person has to show; asked at every request */
  constructor(name: string, token: () => Promise<string>, ask: (request: ApiRequest) => Promise<unknown> = askApi) {
    this.#path = `/api/documents/${encodeURIComponent(name)}`;
    this.#token = token;
    this.#ask = ask;
  }

  /** Changes title or language for everybody. */
  async changeProperties(change: { readonly title?: string; readonly language?: string }): Promise<CatalogueEntry> {
    return (await this.#send('PATCH', '', change)) as CatalogueEntry;
  }

  /** Creates the document, owned by anyone who `token` stands for. */
  async create(token: string, body: { readonly title?: string; readonly content?: string } = {}): Promise<void> {
    await this.#ask({ method: 'PUT', path: this.#path, token, body });
  }

  /** Who may do what. @param token to ask as somebody else than this person so far */
  async access(token?: string): Promise<AccessReport> {
    return (await this.#send('GET', '/access', undefined, token)) as AccessReport;
  }

  /** Changes what somebody may do who has nothing but the address. */
  async changeAnyone(anyone: Role | null): Promise<void> {
    await this.#send('PATCH', '/access', { anyone });
  }

  async makeLink(wish: LinkWish): Promise<ShareLink> {
    return (await this.#send('POST', '/links', wish)) as ShareLink;
  }

  async changeLink(id: string, wish: LinkWish): Promise<ShareLink> {
    return (await this.#send('PATCH', `/links/${encodeURIComponent(id)}`, wish)) as ShareLink;
  }

  /** Makes a link void; who came through it is out at once. */
  async revokeLink(id: string): Promise<void> {
    await this.#send('DELETE', `/links/${encodeURIComponent(id)}`);
  }

  /** Makes everybody an owner who holds this key. */
  async addOwnerKey(key: string): Promise<DocumentOwner> {
    return (await this.#send('POST', '/owners', { key })) as DocumentOwner;
  }

  /** Takes the ownership from somebody, at once for those who are connected. */
  async removeOwner({ kind, id }: DocumentOwner): Promise<void> {
    await this.#send('DELETE', `/owners/${kind}/${encodeURIComponent(id)}`);
  }

  /** What happened to the access, the newest first; owners only. */
  async events(): Promise<readonly DocumentEvent[]> {
    return ((await this.#send('GET', '/events')) as { events: readonly DocumentEvent[] }).events;
  }

  /** Exchanges the password of a share link for a ticket, which is as good as the link for a while. */
  async ticket(link: string, password: string): Promise<{ readonly token: string; readonly expiresIn: number }> {
    const answer = await this.#ask({ method: 'POST', path: `${this.#path}/ticket`, body: { link, password } });
    return answer as { token: string; expiresIn: number };
  }

  async #send(method: ApiRequest['method'], path: string, body?: unknown, token?: string): Promise<unknown> {
    const shown = token ?? (await this.#token());
    return this.#ask({ method, path: this.#path + path, token: shown, ...(body === undefined ? {} : { body }) });
  }
}
