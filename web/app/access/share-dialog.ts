import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { Check, Link, RotateCw, Send } from 'lucide';
import type { Role } from '../../../protocol/roles.ts';
import { ApiError } from '../api/api-request.ts';
import { copyField } from '../base/copy-text.ts';
import { icon } from '../base/icon.ts';
import { documentLink } from '../link/document-link.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';
import './event-list.ts';
import './link-list.ts';
import './owner-key-box.ts';
import './owner-list.ts';
import { addressWorth, ROLE_LABELS } from './role-wording.ts';
import { Sharing, type SharingState } from './sharing.ts';

const OUTCOMES = {
  none: '',
  copied: 'The link is on the clipboard.',
  selected: 'The browser does not let this page use the clipboard. The link is selected: copy it with Ctrl+C or ⌘C.',
} as const;

/** What anybody may be; the empty string stands for no access. */
const ANYONE = ['', 'viewer', 'commenter', 'editor'] as const;

/** The document's address and what it is worth; for an owner also who else gets in, and how. */
export class ShareDialog extends SessionDialog {
  static override properties: PropertyDeclarations = {
    outcome: { state: true },
    sharingState: { state: true },
    problem: { state: true },
  };

  protected override readonly heading = 'Share';
  declare outcome: keyof typeof OUTCOMES;
  declare sharingState: SharingState;
  declare problem: string;
  #sharing: Sharing | null = null;

  constructor() {
    super();
    this.outcome = 'none';
    this.sharingState = { kind: 'asking' };
    this.problem = '';
  }

  override async open(session: DocumentSession): Promise<void> {
    const sharing = new Sharing(session.api, () => {
      this.sharingState = sharing.state;
    });
    this.#sharing = sharing;
    void sharing.ask();
    await super.open(session);
  }

  protected override renderBody(state: SessionState, session: DocumentSession): TemplateResult {
    const known = this.sharingState.kind === 'known' ? this.sharingState : null;
    const owns = known?.role === 'owner';
    return html`
      ${this.#renderAddress(state)}
      ${owns ? this.#renderAnyone(known.anyone) : this.#renderWorth(state)}
      ${
        owns
          ? html`<section class="share-part">
              <cs-link-list
                .sharing=${this.#sharing}
                .links=${known.links}
                .busy=${known.busy}
                .documentName=${state.name}
              ></cs-link-list>
            </section>`
          : nothing
      }
      ${
        owns
          ? html`<section class="share-part">
              <cs-owner-list
                .session=${session}
                .sharing=${this.#sharing}
                .owners=${known.owners}
                .personId=${known.personId}
                @disowned=${() => void this.#sharing?.ask()}
              ></cs-owner-list>
            </section>`
          : nothing
      }
      ${
        this.sharingState.kind === 'asking'
          ? nothing
          : html`<section class="share-part">
              <cs-owner-key-box
                .session=${session}
                .owns=${owns}
                .ownsAsPerson=${known?.ownsAsPerson ?? false}
                .asksKey=${state.gate !== null}
                @owned=${() => void this.#sharing?.ask()}
              ></cs-owner-key-box>
            </section>`
      }
      ${
        owns ? html`<section class="share-part"><cs-event-list .api=${session.api}></cs-event-list></section>` : nothing
      }
    `;
  }

  #renderAddress(state: SessionState): TemplateResult {
    const copied = this.outcome === 'copied';
    const worthless = this.sharingState.kind === 'known' && this.sharingState.anyone === null;
    return html`<div class="share-address">
      <label class="label" for="share-link">Document link</label>
      <div class="share-address-row">
        <input
          class="field share-link"
          id="share-link"
          readonly
          .value=${documentLink(location.origin, state.name)}
          data-testid="share-link"
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
        />
 <button class=${worthless ? 'button share-copy' : 'button button-primary share-copy'} type="button" autofocus data-testid="copy-link" @click=${this.#copy}>
          ${icon(copied ? Check : Link)} ${copied ? 'Link copied' : 'Copy document link'}
        </button>
        ${
          'share' in navigator
            ? html`<button class="button share-send" type="button" data-testid="share-send" @click=${() => void sendLink(state)}>
                ${icon(Send)} Send the link…
              </button>`
            : nothing
        }
      </div>
      <p class=${this.outcome === 'selected' ? 'share-outcome' : 'visually-hidden'} role="status">${OUTCOMES[this.outcome]}</p>
    </div>`;
  }

  /** What the address is worth, for those who do not decide it. */
  #renderWorth({ gate }: SessionState): TemplateResult {
    const { sharingState } = this;
    switch (sharingState.kind) {
      case 'asking':
        return html`<p class="share-who" data-testid="share-who">Asking the server who has access…</p>`;
      case 'unknown':
        if (gate !== null) {
          return html`<p class="share-who" data-testid="share-who">You have no access to this document, so who has is not shown.</p>`;
        }
        return html`<p class="share-who" data-testid="share-who">
          Who has access is not known right now. ${sharingState.problem}
          <button class="link-button" type="button" @click=${() => void this.#sharing?.ask()}>${icon(RotateCw)} Try again</button>
        </p>`;
      case 'known':
        return html`<p class="share-who" data-testid="share-who">
          ${addressWorth(sharingState.anyone)}
          ${sharingState.anyone === null ? 'To let somebody in, ask the owner for a link.' : nothing}
        </p>`;
    }
  }

  #renderAnyone(anyone: Role | null): TemplateResult {
    return html`<div class="share-anyone">
      <label class="share-anyone-label" for="share-anyone">People with the document link</label>
      <select
        class="field"
        id="share-anyone"
        aria-describedby="share-worth"
        data-testid="share-anyone"
        .value=${anyone ?? ''}
        @change=${(event: Event) => void this.#letAnyone((event.target as HTMLSelectElement).value as Role | '')}
      >
        ${ANYONE.map(
          (role) => html`<option value=${role} ?selected=${role === (anyone ?? '')}>
            ${role === '' ? 'No access' : ROLE_LABELS[role]}
          </option>`,
        )}
      </select>
      <p class="share-who" id="share-worth" data-testid="share-who">
        ${addressWorth(anyone)} ${anyone === null ? 'Use the links below to let people in.' : nothing}
      </p>
      <p class="problem" role="alert" data-testid="share-problem">${this.problem}</p>
    </div>`;
  }

  async #letAnyone(value: Role | ''): Promise<void> {
    this.problem = '';
    try {
      await this.#sharing?.letAnyone(value === '' ? null : value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = `This was not changed. ${error.message}`;
    }
  }

  readonly #copy = async (event: MouseEvent): Promise<void> => {
    const button = event.currentTarget as HTMLButtonElement;
    const field = this.querySelector<HTMLInputElement>('.share-link');
    if (field === null) return;
    const copied = await copyField(field);
    this.outcome = copied ? 'copied' : 'selected';
    if (copied) button.focus();
  };
}

/** Hands the link to the device, which offers its other programs. */
async function sendLink({ name, title }: SessionState): Promise<void> {
  try {
    await navigator.share({ title: title || 'Coscribe', url: documentLink(location.origin, name) });
  } catch (error) {
    // Somebody who thinks better of it closes the sheet.
    if (!(error instanceof DOMException)) throw error;
  }
}

customElements.define('cs-share-dialog', ShareDialog);
