import { html, nothing, type TemplateResult } from 'lit';
import { Eye } from 'lucide';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** Says in the bar that this person reads and does not write, and behind a click why. Nothing for those who write. */
export class RoleBadge extends SessionElement {
  protected override renderState(state: SessionState, _session: DocumentSession): TemplateResult | typeof nothing {
    if (state.mayWrite || state.gate !== null || state.missing !== null) return nothing;
    return html`
      <button
        class="role-badge"
        type="button"
        popovertarget="role-card"
        aria-haspopup="dialog"
        data-testid="role-badge"
        data-role=${state.role ?? ''}
      >
        ${icon(Eye)} View only
      </button>
      <div class="popover role-card" id="role-card" popover aria-label="What you may do here">
        <p><strong>You can read this document, not change it.</strong></p>
        <p>
          ${state.role === 'commenter' ? 'Your link is for commenting, but there are no comments yet.' : nothing}
          What others write appears here as they write it.
        </p>
        <p>To write too, ask its owner for a link that lets you edit.</p>
      </div>
    `;
  }
}

customElements.define('cs-role-badge', RoleBadge);
