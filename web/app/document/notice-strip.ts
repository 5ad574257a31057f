import { html, nothing, type TemplateResult } from 'lit';
import { Download } from 'lucide';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from './document-session.ts';
import { refusalAdvice } from './refusal-advice.ts';
import { SessionElement } from './session-element.ts';
import type { SessionState } from './session-state.ts';

/** The strip below the bar for what needs a whole sentence: the server refused for good, or cannot write to its disk. */
export class NoticeStrip extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (state.refusal !== null) return this.renderRefusal(state, session);
    if (!state.storageFailing) return nothing;
    return html`<div class="notice" data-tone="attention">
      <p>
        <strong>The server cannot write to its disk.</strong>
        Keep writing: your edits are on this device and are saved as soon as the server can. Whoever runs it should look at its log.
      </p>
      ${this.downloadButton(session)}
    </div>`;
  }

  private renderRefusal(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (state.refusal === null) return nothing;
    const { headline, advice, offersServerVersion } = refusalAdvice(state.refusal);
    return html`<div class="notice" data-tone="danger">
      <p><strong>${headline}</strong> ${advice}</p>
      <div class="notice-ways">
        ${this.downloadButton(session)}
        ${
          offersServerVersion
            ? html`<button class="button" type="button" @click=${() => session.openPanel('serverVersion')}>
                Open the server’s version
              </button>`
            : ''
        }
      </div>
    </div>`;
  }

  private downloadButton(session: DocumentSession): TemplateResult {
    return html`<button class="button" type="button" data-testid="offline-download" @click=${() => session.downloadCopy()}>
      ${icon(Download)} Download my copy
    </button>`;
  }
}

customElements.define('cs-notice-strip', NoticeStrip);
