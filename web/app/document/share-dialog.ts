import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { Check, Link } from 'lucide';
import { icon } from '../base/icon.ts';
import { documentLink } from '../link/document-link.ts';
import { copyField } from './copy-text.ts';
import { SessionDialog } from './session-dialog.ts';
import type { SessionState } from './session-state.ts';

const OUTCOMES = {
  none: '',
  copied: 'The link is on the clipboard.',
  selected: 'The browser does not let this page use the clipboard. The link is selected: copy it with Ctrl+C or ⌘C.',
} as const;

/** The link to this document, ready to be copied, and what it lets people do. */
export class ShareDialog extends SessionDialog {
  static override properties: PropertyDeclarations = { outcome: { state: true } };

  protected override readonly heading = 'Share';
  declare outcome: keyof typeof OUTCOMES;

  constructor() {
    super();
    this.outcome = 'none';
  }

  protected override renderBody(state: SessionState): TemplateResult {
    const copied = this.outcome === 'copied';
    return html`
      <button class="button button-primary share-copy" type="button" autofocus data-testid="copy-link" @click=${this.copy}>
        ${icon(copied ? Check : Link)} ${copied ? 'Link copied' : 'Copy link'}
      </button>
      <div>
        <label class="label" for="share-link">Link to this document</label>
        <input
          class="field share-link"
          id="share-link"
          readonly
          .value=${documentLink(location.origin, state.name)}
          data-testid="share-link"
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
        />
      </div>
      <p class="share-who">Anybody who has this link can read and edit the document, without an account.</p>
      <p class=${this.outcome === 'selected' ? 'share-outcome' : 'visually-hidden'} role="status">${OUTCOMES[this.outcome]}</p>
    `;
  }

  private readonly copy = async (event: MouseEvent): Promise<void> => {
    const button = event.currentTarget as HTMLButtonElement;
    const field = this.querySelector<HTMLInputElement>('.share-link');
    if (field === null) return;
    const copied = await copyField(field);
    this.outcome = copied ? 'copied' : 'selected';
    if (copied) button.focus();
  };
}

customElements.define('cs-share-dialog', ShareDialog);
