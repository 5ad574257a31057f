import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { RotateCw, X } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import { type OwnSession, OwnSessions } from '../api/own-sessions.ts';
import { icon } from '../base/icon.ts';
import { PageElement } from '../base/page-element.ts';
import { type SignOutOptions, signOut } from './sign-out.ts';

type SessionsState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unknown'; readonly problem: string }
  | { readonly kind: 'known'; readonly sessions: readonly OwnSession[] };

/** Shows somebody where they are signed in, and ends what they do not want. Unless another dialog is open. */
export async function showOwnSessions(options: SignOutOptions, closed: () => void = () => undefined): Promise<void> {
  if (document.querySelector('dialog[open]') !== null) return;
  const dialog = new OwnSessionsDialog();
  dialog.closed = closed;
  dialog.signOut = (others) => signOut({ ...options, others });
  await dialog.open();
}

/** Where the person is signed in. This browser's own session ends as by the button "Sign out", which asks about unsent edits. */
export class OwnSessionsDialog extends PageElement {
  static override properties: PropertyDeclarations = {
    state: { state: true },
    busy: { state: true },
    problem: { state: true },
    said: { state: true },
  };

  /** Signs out here; ends the others first when it is told how. */
  signOut: (others: (() => Promise<void>) | null) => Promise<void> = async () => undefined;
  closed: () => void = () => undefined;
  declare state: SessionsState;
  declare busy: boolean;
  declare problem: string;
  declare said: string;
  readonly #own = new OwnSessions();

  constructor() {
    super();
    this.state = { kind: 'asking' };
    this.busy = false;
    this.problem = '';
    this.said = '';
  }

  async open(): Promise<void> {
    document.body.append(this);
    void this.#ask();
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog
      class="dialog"
      aria-labelledby="own-sessions-heading"
      data-testid="own-sessions"
      @close=${this.#left}
      @click=${(event: MouseEvent) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      <div class="dialog-head">
        <h2 id="own-sessions-heading" tabindex="-1">Where you are signed in</h2>
        <button class="button button-quiet button-icon" type="button" aria-label="Close" @click=${this.#close}>${icon(X)}</button>
      </div>
      <div class="dialog-body">
        ${this.#renderList()}
        <p class="problem" role="alert" data-testid="own-sessions-problem">${this.problem}</p>
        <p class="visually-hidden" role="status">${this.said}</p>
      </div>
    </dialog>`;
  }

  #renderList(): TemplateResult {
    const { state } = this;
    switch (state.kind) {
      case 'asking':
        return html`<p>Asking the server…</p>`;
      case 'unknown':
        return html`<p>
          ${state.problem}
          <button class="link-button" type="button" @click=${() => void this.#ask()}>${icon(RotateCw)} Try again</button>
        </p>`;
      case 'known': {
        const others = state.sessions.some(({ current }) => !current);
        return html`<ul class="own-sessions">
            ${repeat(
              state.sessions,
              ({ id }) => id,
              (session) => this.#line(session),
            )}
          </ul>
          <p class="own-sessions-hint">
            Signing out somewhere takes your documents off the screen there, at once. What was not saved yet stays on that
            device for you. If you do not know one of these, change your password where you sign in, too.
          </p>
          <div class="dialog-actions">
            ${
              others
                ? html`<button
                    class="button"
                    type="button"
                    data-testid="end-others"
                    ?disabled=${this.busy}
                    @click=${() => void this.#endOthers()}
                  >
                    Sign out everywhere else
                  </button>`
                : nothing
            }
            <button
              class="button button-danger"
              type="button"
              data-testid="end-all"
              ?disabled=${this.busy}
              @click=${() => void this.#leave(() => this.#own.endOthers())}
            >
              Sign out everywhere
            </button>
          </div>`;
      }
      default:
        return state satisfies never;
    }
  }

  #line(session: OwnSession): TemplateResult {
    const { id, current, signedInAt, lastUsedAt, address } = session;
    const name = nameOf(session);
    const used = timeWording(lastUsedAt);
    return html`<li class="own-sessions-line" data-session=${id} ?data-current=${current}>
      <div class="own-sessions-words">
        <span class="own-sessions-name">${name} ${current ? html`<span class="own-sessions-here">This browser</span>` : nothing}</span>
        <span class="own-sessions-about">
          ${current ? nothing : html`<span>last used <time datetime=${lastUsedAt}>${used}</time></span>`}
          <span>signed in <time datetime=${signedInAt}>${timeWording(signedInAt)}</time></span>
          <span>from ${address}</span>
        </span>
      </div>
      <button
        class="button button-quiet"
        type="button"
        data-testid="end-session"
        aria-label=${current ? `Sign out of this browser: ${name}` : `Sign out of ${name}, last used ${used}`}
        ?disabled=${this.busy}
        @click=${() => void (current ? this.#leave(null) : this.#end(session))}
      >
        Sign out
      </button>
    </li>`;
  }

  readonly #close = (): void => {
    this.querySelector('dialog')?.close();
  };

  readonly #left = (): void => {
    this.remove();
    // Where the focus was may be gone, as a popover is.
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) this.closed();
  };

  async #ask(): Promise<void> {
    this.problem = '';
    try {
      this.state = { kind: 'known', sessions: await this.#own.list() };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.state = { kind: 'unknown', problem: error.message };
    }
  }

  async #end(session: OwnSession): Promise<void> {
    const done = await this.#work(async () => {
      try {
        await this.#own.end(session.id);
      } catch (error) {
        // Ended by somebody else meanwhile, which is what was wanted.
        if (!(error instanceof ApiError) || error.code !== 'no-such-session') throw error;
      }
    });
    if (done) await this.#show(`Signed out of ${nameOf(session)}.`);
  }

  async #endOthers(): Promise<void> {
    if (await this.#work(() => this.#own.endOthers())) await this.#show('Signed out everywhere else.');
  }

  /** Signs out of this browser, by the way that asks about what would be lost. Its question takes the place of this dialog. */
  async #leave(others: (() => Promise<void>) | null): Promise<void> {
    this.#close();
    await this.signOut(others);
  }

  /** The list as it is now; what was done is read out, and the focus, whose button may be gone, goes to the heading. */
  async #show(said: string): Promise<void> {
    await this.#ask();
    this.said = said;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#own-sessions-heading')?.focus();
  }

  /** Whether it was done; else the problem stands below the list. */
  async #work(work: () => Promise<void>): Promise<boolean> {
    this.problem = '';
    this.said = '';
    this.busy = true;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = `Nobody was signed out. ${error.message}`;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function nameOf({ browser }: OwnSession): string {
  return browser ?? 'A browser that does not say which';
}

function timeWording(time: string): string {
  return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}

customElements.define('cs-own-sessions', OwnSessionsDialog);
