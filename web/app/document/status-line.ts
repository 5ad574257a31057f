import { html, nothing, type TemplateResult } from 'lit';
import { Check, CloudOff, HardDrive, Lock, RefreshCw } from 'lucide';
import type { StatusWording } from '../../wording/status-wording.ts';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/**
 * Whether the text is saved and whether the server is there, in words. Not a live region: the seconds count down in it. Changes
 * worth hearing are announced by the session.
 */
export class StatusLine extends SessionElement {
  protected override renderState(
    { status, mayWrite, gate, missing }: SessionState,
    session: DocumentSession,
  ): TemplateResult {
    // Anyone who only reads has nothing to save: "View only" stands there instead.
    // Nothing is there that could be saved.
    if (missing !== null && status.connection === 'connected') return this.#renderNothingThere(status);
    const silent = !mayWrite && status.saved === 'saved' && status.connection === 'connected';
    if (gate !== null) return this.#renderRefused(status);
    return html`<div
      class="status"
      data-testid="status"
      data-saved=${status.saved}
      data-connection=${status.connection}
      data-tone=${status.tone}
    >
      ${silent ? nothing : icon(face(status))}
      <span class="status-words">
        ${silent || status.badge === null ? nothing : html`<span>${status.badge}</span>`}
        ${status.detail === null ? nothing : html`<span>${status.detail}</span>`}
        ${
          status.canTryNow
            ? html`<button class="link-button" type="button" data-testid="try-now" @click=${() => session.actions.tryNow()}>
                Try now
              </button>`
            : nothing
        }
      </span>
    </div>`;
  }

  #renderNothingThere({ connection }: StatusWording): TemplateResult {
    return html`<div class="status" data-testid="status" data-saved="none" data-connection=${connection} data-tone="calm"></div>`;
  }

  /** Why is said in the page; here stands only what may be at stake. */
  #renderRefused({ saved, connection, badge }: StatusWording): TemplateResult {
    return html`<div
      class="status"
      data-testid="status"
      data-saved=${saved}
      data-connection=${connection}
      data-tone=${saved === 'saved' ? 'calm' : 'danger'}
    >
      ${icon(Lock)}
      <span class="status-words">${saved === 'saved' ? nothing : html`<span>${badge}</span>`}<span>No access</span></span>
    </div>`;
  }
}

function face({ connection, saved }: StatusWording) {
  if (connection === 'offline' || connection === 'closed') return CloudOff;
  if (saved === 'local') return HardDrive;
  if (saved === 'saving' || connection !== 'connected') return RefreshCw;
  return Check;
}

customElements.define('cs-status-line', StatusLine);
