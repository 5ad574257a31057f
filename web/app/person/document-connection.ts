import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { isRole } from '../../../protocol/roles.ts';
import { CoscribeProvider } from '../../provider/index.ts';
import { DocumentApi } from '../api/document-api.ts';
import { type SessionInfo, SiteSession } from '../api/site-session.ts';
import { siteRoot } from '../base/site-root.ts';
import { Credentials } from '../device/credentials.ts';
import { type KeptStrings, openLocalStore } from '../device/local-store.ts';
import { personStore } from '../device/person-store.ts';
import type { LinkFragment } from '../link/link-fragment.ts';
import { isAskedForHere } from '../link/new-document.ts';
import { DocumentAccess } from '../session/document-access.ts';
import { keptPerson, personHere, watchPerson } from './person-here.ts';

/** Why a page is nobody's any more: its person signed out, the session came to its end, or somebody else signed in. */
export type Ended = 'signed-out' | 'ended' | 'other';

/** What the page around does with what a connection says. */
export interface ConnectionListener {
  /** The person should read this. */
  tell(sentence: string): void;
  /** The document is this person's no longer; called again when a sign-out follows. The connection has ended already. */
  ended(why: Ended): void;
}

/**
 * A document's connection for the person at this browser. It is made as soon as a page is asked for, while the editor is still on
 * its way: the text is then here first. What it says before there is a listener waits for it.
 */
export class DocumentConnection {
  readonly name: string;
  /** Who is here, as far as the server had said. */
  readonly here: SessionInfo;
  /** What this browser keeps for everybody. */
  readonly device: KeptStrings;
  /** What this browser keeps for this person. */
  readonly store: KeptStrings;
  /** What this tab keeps for this person. */
  readonly tabStore: KeptStrings;
  readonly siteSession: SiteSession;
  readonly api: DocumentApi;
  readonly documentAccess: DocumentAccess;
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly provider: CoscribeProvider;
  #listener: ConnectionListener | null = null;
  #ended: Ended | null = null;
  readonly #untold: string[] = [];

  /** Finds out who is here, and begins to connect: nobody sees anything of somebody else's. */
  static async open(name: string, fragment: LinkFragment | null): Promise<DocumentConnection> {
    const device = openLocalStore();
    const siteSession = new SiteSession();
    const here = await personHere(siteSession, device);
    return new DocumentConnection({ name, fragment, device, siteSession, here });
  }

  private constructor(options: {
    readonly name: string;
    readonly fragment: LinkFragment | null;
    readonly device: KeptStrings;
    readonly siteSession: SiteSession;
    readonly here: SessionInfo;
  }) {
    const { name, fragment, device, siteSession, here } = options;
    const person = here.person?.id ?? null;
    this.name = name;
    this.here = here;
    this.device = device;
    this.siteSession = siteSession;
    // Before anything asks for a token.
    siteSession.belongsTo(person, () => this.end(keptPerson(device)?.left === true ? 'signed-out' : 'ended'));
    this.store = personStore(device, person, () => (keptPerson(device)?.person?.id ?? null) === person);
    this.tabStore = personStore(
      openLocalStore(() => window.sessionStorage),
      person,
    );
    this.api = new DocumentApi(name, () => this.documentAccess.token());
    this.documentAccess = new DocumentAccess({
      credentials: new Credentials(this.store, name),
      api: this.api,
      session: siteSession,
      info: here,
      connect: () => this.provider.connect(),
      showAgain: () => this.provider.refreshToken(),
      tell: (sentence) => this.#tell(sentence),
      now: () => Date.now(),
    });
    // A page of another site makes no document by a link: what it names is shown as missing, with a button to create it.
    if (fragment !== null && (fragment.kind !== 'new' || isAskedForHere(fragment.mark, device)))
      this.documentAccess.take(fragment);
    this.provider = new CoscribeProvider(`${siteRoot()}sync`, name, this.doc, {
      awareness: this.awareness,
      token: () => this.documentAccess.token(),
      person,
    });
    // Before the page listens: what can be mended at once is not shown.
    this.provider.on('closed', ({ name: code }) => {
      this.documentAccess.refused(code);
      if (code === 'unauthenticated') void siteSession.lookAgain();
    });
    this.provider.on('status', () => this.#letIn());
    this.provider.on('role', () => this.#letIn());
    // A guest's page stays one when somebody signs in elsewhere.
    if (person !== null) {
      watchPerson(device, person, ({ person: other, left }) =>
        this.end(other !== null ? 'other' : left ? 'signed-out' : 'ended'),
      );
    }
  }

  /** Why the document is this person's no longer; null while it is theirs. */
  get ended(): Ended | null {
    return this.#ended;
  }

  /** The page around is there. It hears at once what it has missed. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    for (const sentence of this.#untold.splice(0)) listener.tell(sentence);
    if (this.#ended !== null) listener.ended(this.#ended);
  }

  /** Takes the person's document off the network, and has it taken off the page. What has not been sent is in their copy. */
  end(why: Ended): void {
    if (this.#ended === why || this.#ended === 'signed-out') return;
    const isFirst = this.#ended === null;
    this.#ended = why;
    if (isFirst) this.provider.destroy();
    this.#listener?.ended(why);
    if (!isFirst) return;
    this.awareness.destroy();
    this.doc.destroy();
  }

  #tell(sentence: string): void {
    if (this.#listener === null) this.#untold.push(sentence);
    else this.#listener.tell(sentence);
  }

  #letIn(): void {
    const { status, role } = this.provider;
    if (status === 'connected') this.documentAccess.letIn(isRole(role) ? role : null);
  }
}
