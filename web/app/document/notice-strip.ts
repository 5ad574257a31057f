import { html, nothing, type TemplateResult } from 'lit';
import { Copy, Download, RotateCw } from 'lucide';
import '../access/access-gate.ts';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { refusalAdvice } from '../session/refusal-advice.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/**
 * The strip below the bar for what needs a whole sentence: the server refused for good, cannot write to its disk, or has a newer
 * version of the page; and what those who run the server tell everybody.
 */
export class NoticeStrip extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (state.gateCovers) return nothing;
    return html`${this.#renderAnnouncement(state)}${this.#renderNotice(state, session)}`;
  }

  /** A quiet line of those who run the server, beside whatever else there is to say. */
  #renderAnnouncement({ announcement }: SessionState): TemplateResult | typeof nothing {
    if (announcement === null) return nothing;
    return html`<div class="notice notice-line" data-tone="calm" role="status" data-testid="announcement">
      <p>${announcement}</p>
    </div>`;
  }

  #renderNotice(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (state.gate !== null) {
      return html`<div class="notice" data-tone="attention"><cs-access-gate .session=${session}></cs-access-gate></div>`;
    }
    if (state.refusal !== null) return this.#renderRefusal(state, session);
    if (state.stranded > 0) return this.#renderStranded(state, session);
    if (state.storageFailing) return this.#renderStorageFailing(state, session);
    return state.outdated ? this.#renderOutdated(session) : nothing;
  }

  #renderOutdated(session: DocumentSession): TemplateResult {
    return html`<div class="notice" data-tone="calm" data-testid="outdated">
      <p><strong>Coscribe was updated.</strong> Reload this page when it suits you: nothing that you wrote is lost.</p>
      <button class="button" type="button" @click=${() => session.actions.reload()}>${icon(RotateCw)} Reload</button>
    </div>`;
  }

  #renderStorageFailing(state: SessionState, session: DocumentSession): TemplateResult {
    return html`<div class="notice" data-tone="attention">
      <p>
        <strong>The server cannot write to its disk.</strong>
        ${
          state.keptOnDevice
            ? 'Keep writing: your edits are on this device'
            : 'Do not close this tab: your edits are only here'
        }, and are saved as soon as the server can write again. The administrator of this site finds the cause in the server’s log.
      </p>
      ${this.#downloadButton(session)}
    </div>`;
  }

  #renderStranded({ stranded: count, keptOnDevice, frozen }: SessionState, session: DocumentSession): TemplateResult {
    const edits = count === 1 ? '1 edit of yours is' : `${count.toLocaleString('en')} edits of yours are`;
    return html`<div class="notice" data-tone="attention" data-testid="stranded">
      <p>
        <strong>${frozen ? 'This document is frozen: nobody can change it for now.' : 'You can only view this document now.'}</strong>
        ${edits} ${keptOnDevice ? 'on this device only' : 'in this tab only, do not close it'}: nobody else sees them. They are saved ${frozen ? 'when it is no longer frozen' : 'if you may edit again'}.
      </p>
      <div class="notice-ways">
        <button class="button" type="button" data-testid="copy-text" @click=${() => session.actions.copyText()}>
          ${icon(Copy)} Copy the text
        </button>
        ${this.#downloadButton(session)}
      </div>
    </div>`;
  }

  #renderRefusal(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    if (state.refusal === null) return nothing;
    const { headline, advice, offersServerVersion } = refusalAdvice(state.refusal);
    return html`<div class="notice" data-tone="danger">
      <p><strong>${headline}</strong> ${advice}</p>
      <div class="notice-ways">
        ${this.#downloadButton(session)}
        ${
          offersServerVersion
            ? html`<button class="button" type="button" @click=${() => session.ui.openDialog('serverVersion')}>
                Open the server’s version
              </button>`
            : ''
        }
      </div>
    </div>`;
  }

  #downloadButton(session: DocumentSession): TemplateResult {
    return html`<button class="button" type="button" data-testid="offline-download" @click=${() => session.actions.downloadCopy()}>
      ${icon(Download)} Download my copy
    </button>`;
  }
}

customElements.define('cs-notice-strip', NoticeStrip);
