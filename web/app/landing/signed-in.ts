import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { LogIn, LogOut } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import { signInAddress } from '../api/sign-in-address.ts';
import type { SessionInfo, SiteSession } from '../api/site-session.ts';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';

/** Who is signed in, with the way out; else the way in. Nothing where nobody can sign in, and while the server does not answer. */
export class SignedIn extends PageElement {
  static override properties = {
    siteSession: { attribute: false },
    info: { state: true },
    problem: { state: true },
  };

  /** Who knows. Nothing is shown before it is set. */
  declare siteSession: SiteSession | undefined;
  /** Signs out; calls back with a sentence when that did not work. */
  signOut: (failed: (sentence: string) => void) => Promise<void> = async () => undefined;
  /** Shows where they are signed in; calls back with a sentence when that did not work. */
  showOwnSessions: (failed: (sentence: string) => void) => Promise<void> = async () => undefined;
  declare info: SessionInfo | null;
  declare problem: string;

  constructor() {
    super();
    this.info = null;
    this.problem = '';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('siteSession') && this.siteSession !== undefined) void this.#ask(this.siteSession);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { info, siteSession } = this;
    if (info === null || siteSession === undefined) return nothing;
    const { person, signIn } = info;
    if (person !== null) {
      return html`<p class="signed-in" data-testid="signed-in">
          <span>
            Signed in as <strong>${person.name ?? person.id}</strong>
            <button
              class="link-button own-session-all"
              type="button"
              aria-haspopup="dialog"
              data-testid="own-sessions-open"
              @click=${() => this.#tell(this.showOwnSessions)}
            >
              Where you are signed in
            </button>
          </span>
          <button class="button" type="button" data-testid="sign-out" @click=${() => this.#tell(this.signOut)}>
            ${icon(LogOut)} Sign out
          </button>
        </p>
        <p class="problem" role="alert">${this.problem}</p>`;
    }
    if (signIn === null) return nothing;
    return html`<p class="signed-in">
      <a class="button" href=${signInAddress(signIn, location)} data-testid="sign-in">${icon(LogIn)} Sign in</a>
    </p>`;
  }

  async #ask(siteSession: SiteSession): Promise<void> {
    try {
      this.info = await siteSession.info();
    } catch (error) {
      // Without the server there is nobody to sign in to, and the page is of use all the same.
      if (!(error instanceof ApiError)) throw error;
      this.info = null;
    }
  }

  async #tell(work: SignedIn['signOut']): Promise<void> {
    this.problem = '';
    await work((sentence) => {
      this.problem = sentence;
    });
  }
}

customElements.define('cs-signed-in', SignedIn);

declare global {
  interface HTMLElementTagNameMap {
    'cs-signed-in': SignedIn;
  }
}
