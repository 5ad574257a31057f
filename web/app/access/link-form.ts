import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { LINK_PASSWORD_HINT, linkPasswordProblem } from '../../../protocol/link-password.ts';
import type { Role } from '../../../protocol/roles.ts';
import { ApiError } from '../api/api-request.ts';
import type { LinkWish, ShareLink } from '../api/document-api.ts';
import { PageElement } from '../base/page-element.ts';
import { ROLE_DEEDS, ROLE_LABELS } from './role-wording.ts';

const ROLES: readonly Role[] = ['viewer', 'commenter', 'editor', 'owner'];
const HOUR = 60 * 60 * 1000;

/** How long a link is good, in milliseconds; null for ever. */
const DURATIONS = [
  ['never', 'Never', null],
  ['hour', 'In an hour', HOUR],
  ['day', 'In a day', 24 * HOUR],
  ['week', 'In a week', 7 * 24 * HOUR],
  ['month', 'In 30 days', 30 * 24 * HOUR],
] as const;

/** The fields of one share link: a new one, or one that is changed. */
export class LinkForm extends PageElement {
  static override properties: PropertyDeclarations = {
    link: { attribute: false },
    save: { attribute: false },
    cancel: { attribute: false },
    role: { state: true },
    expiry: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  /** The link to change; null for a new one. */
  declare link: ShareLink | null;
  /** Does what was asked for; rejects with ApiError, whose message is shown. */
  declare save: (wish: LinkWish) => Promise<void>;
  declare cancel: () => void;
  /** Null until somebody chooses another one than the link has. */
  declare role: Role | null;
  declare expiry: string | null;
  declare problem: string;
  declare busy: boolean;

  constructor() {
    super();
    this.link = null;
    this.role = null;
    this.expiry = null;
    this.problem = '';
    this.busy = false;
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>('input')?.focus();
  }

  protected override render(): TemplateResult {
    const { link } = this;
    const id = link === null ? 'new' : link.id;
    const role = this.role ?? link?.role ?? 'viewer';
    const expiry = this.expiry ?? (link === null ? 'never' : 'as-it-is');
    return html`<form
      class="link-form"
      data-testid="link-form"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#submit(event.currentTarget as HTMLFormElement, role, expiry);
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        // Escape leaves the form, not the whole dialog.
        event.preventDefault();
        event.stopPropagation();
        this.cancel();
      }}
    >
      <div class="link-field">
        <label class="label" for=${`label-${id}`}>Label (only owners see it)</label>
        <input
          class="field"
          id=${`label-${id}`}
          name="label"
          maxlength="100"
          autocomplete="off"
          placeholder="The reviewers"
          value=${link?.label ?? ''}
          data-testid="link-label"
        />
      </div>
      <div class="link-field">
        <label class="label" for=${`role-${id}`}>People with this link</label>
        <select
          class="field"
          id=${`role-${id}`}
          aria-describedby=${`deed-${id}`}
          data-testid="link-role"
          @change=${(event: Event) => {
            this.role = (event.target as HTMLSelectElement).value as Role;
          }}
        >
          ${ROLES.map((value) => html`<option value=${value} ?selected=${value === role}>${ROLE_LABELS[value]}</option>`)}
        </select>
      </div>
      <p class="link-deed" id=${`deed-${id}`}>People with this link ${ROLE_DEEDS[role]}.</p>
      <div class="link-field">
        <label class="label" for=${`expiry-${id}`}>Ends</label>
        <select
          class="field"
          id=${`expiry-${id}`}
          data-testid="link-expiry"
          @change=${(event: Event) => {
            this.expiry = (event.target as HTMLSelectElement).value;
          }}
        >
          ${link === null ? nothing : html`<option value="as-it-is" selected>${keptExpiry(link)}</option>`}
          ${DURATIONS.map(
            ([value, label]) => html`<option value=${value} ?selected=${value === expiry}>${label}</option>`,
          )}
          <option value="date" ?selected=${expiry === 'date'}>On a date…</option>
        </select>
        ${
          expiry === 'date'
            ? html`<input
                class="field"
                type="datetime-local"
                name="date"
                required
                aria-label="Ends on"
                data-testid="link-date"
              />`
            : nothing
        }
      </div>
      <div class="link-field">
        <label class="label" for=${`password-${id}`}>
          ${link?.hasPassword === true ? 'New password (optional)' : 'Password (optional)'}
        </label>
        <input
          class="field"
          id=${`password-${id}`}
          name="password"
          type="text"
          maxlength="200"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby=${`password-hint-${id}`}
          data-testid="link-password"
        />
        <p class="link-hint" id=${`password-hint-${id}`}>${LINK_PASSWORD_HINT}</p>
      </div>
      ${
        link?.hasPassword === true
          ? html`<label class="check link-no-password">
              <input type="checkbox" name="no-password" data-testid="link-no-password" /> Remove password
            </label>`
          : nothing
      }
      <p class="problem" role="alert" data-testid="link-problem">${this.problem}</p>
      <div class="dialog-actions">
        <button class="button" type="button" @click=${() => this.cancel()}>Cancel</button>
        <button class="button button-primary" type="submit" ?disabled=${this.busy} data-testid="link-save">
          ${link === null ? 'Create link' : 'Save'}
        </button>
      </div>
    </form>`;
  }

  async #submit(form: HTMLFormElement, role: Role, expiry: string): Promise<void> {
    if (this.busy) return;
    const typed = new FormData(form);
    const password = String(typed.get('password') ?? '');
    this.problem = password === '' ? '' : (linkPasswordProblem(password) ?? '');
    if (this.problem !== '') return;
    this.busy = true;
    try {
      await this.save({
        role,
        label: String(typed.get('label') ?? '').trim(),
        ...expiryWish(expiry, String(typed.get('date') ?? '')),
        ...(typed.has('no-password') ? { password: null } : password === '' ? {} : { password }),
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = `The link was not ${this.link === null ? 'made' : 'changed'}. ${error.message}`;
    } finally {
      this.busy = false;
    }
  }
}

function keptExpiry({ expiresAt }: ShareLink): string {
  if (expiresAt === null) return 'Never, as it is';
  return `${new Date(expiresAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}, as it is`;
}

function expiryWish(expiry: string, date: string): LinkWish {
  if (expiry === 'as-it-is') return {};
  if (expiry === 'date') return { expiresAt: new Date(date).toISOString() };
  const duration = DURATIONS.find(([value]) => value === expiry)?.[2] ?? null;
  return { expiresAt: duration === null ? null : new Date(Date.now() + duration).toISOString() };
}

customElements.define('cs-link-form', LinkForm);
