import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { Download, KeyRound, LogIn, RotateCw } from 'lucide';
import { ApiError } from '../api/api-request.ts';
import { signInAddress } from '../api/sign-in-address.ts';
import { icon } from '../base/icon.ts';
import type { AccessAdvice } from '../session/access-advice.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/**
 * What somebody sees whom the server does not let in: why, and the ways on. Stands in the place of the text when there is none
 * on this device, else in the strip above it.
 */
export class AccessGate extends SessionElement {
  static override properties: PropertyDeclarations = {
    problem: { state: true },
    busy: { state: true },
    wait: { state: true },
  };

  declare problem: string;
  declare busy: boolean;
  /** Seconds before another password may be tried. */
  declare wait: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.problem = '';
    this.busy = false;
    this.wait = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override updated(): void {
    // Somebody who is already elsewhere on the page is left there; the text, though, has just been hidden under the focus.
    const { activeElement } = document;
    const isElsewhere = activeElement !== document.body && activeElement?.closest('[hidden]') === null;
    if (!isElsewhere) this.querySelector<HTMLElement>('input')?.focus();
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    const { gate } = state;
    if (gate === null) return nothing;
    return html`<div class="gate" data-testid="gate">
      <div class="gate-words">
        <h2>${gate.headline}</h2>
        <p>
          ${gate.advice}
          ${state.gateCovers ? nothing : 'The text below is the copy on this device, as it was when you last had access.'}
        </p>
      </div>
      ${gate.asksPassword ? this.#renderPassword(session) : nothing}
      <div class="gate-ways">${this.#renderWays(gate, state, session)}</div>
    </div>`;
  }

  #renderPassword(session: DocumentSession): TemplateResult {
    const said = this.wait > 0 ? `Too many wrong passwords. Try again in ${this.wait} s.` : this.problem;
    return html`<form
      class="gate-password"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#enter(session, event.currentTarget as HTMLFormElement);
      }}
    >
      <label class="label" for="gate-password">Password</label>
      <div class="gate-password-row">
        <input
          class="field"
          id="gate-password"
          type="password"
          autocomplete="off"
          required
          aria-describedby="gate-problem"
          aria-invalid=${this.problem !== ''}
          data-testid="password"
          @input=${() => {
            this.problem = '';
          }}
        />
        <button class="button button-primary" type="submit" ?disabled=${this.busy || this.wait > 0} data-testid="password-submit">
          ${icon(KeyRound)} Open
        </button>
      </div>
      <p class="problem" id="gate-problem" role="alert" data-testid="password-problem">${said}</p>
    </form>`;
  }

  #renderWays(gate: AccessAdvice, state: SessionState, session: DocumentSession): TemplateResult {
    const { canForget } = gate;
    return html`
      ${
        gate.signIn === null
          ? nothing
          : html`<a class="button button-primary" href=${signInAddress(gate.signIn, location)} data-testid="gate-sign-in">
              ${icon(LogIn)} Sign in
            </a>`
      }
      ${
        gate.asksPassword
          ? nothing
          : html`<button class="button" type="button" data-testid="gate-try-again" @click=${() => session.documentAccess.tryAgain()}>
                ${icon(RotateCw)} Try again
              </button>
              <button class="button button-quiet" type="button" @click=${() => session.ui.openDialog('share')}>
                Use my owner key
              </button>`
      }
      ${
        canForget === null
          ? nothing
          : html`<button
              class="button"
              type="button"
              data-testid="gate-forget"
              @click=${() => (canForget === 'link' ? session.documentAccess.forgetLink() : session.documentAccess.forgetOwnerKey())}
            >
              Forget the ${canForget} and go on without
            </button>`
      }
      ${
        state.gateCovers
          ? nothing
          : html`<button class="button" type="button" data-testid="offline-download" @click=${() => session.actions.downloadCopy()}>
              ${icon(Download)} Download my copy
            </button>`
      }
    `;
  }

  async #enter(session: DocumentSession, form: HTMLFormElement): Promise<void> {
    const field = form.querySelector('input');
    if (field === null || this.busy) return;
    this.busy = true;
    this.problem = '';
    try {
      await session.documentAccess.enterPassword(field.value);
      field.value = '';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 429) this.#countDown(error.retryAfter ?? 60);
      else this.problem = error.code === 'wrong-password' ? 'This is not the password of the link.' : error.message;
      field.focus();
      field.select();
    } finally {
      this.busy = false;
    }
  }

  #countDown(seconds: number): void {
    this.wait = seconds;
    if (seconds > 0) this.#timer = setTimeout(() => this.#countDown(seconds - 1), 1_000);
  }
}

customElements.define('cs-access-gate', AccessGate);
