import { html, nothing, type TemplateResult } from 'lit';
import { Eye, Snowflake } from 'lucide';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

const FROZEN = html`
  <p><strong>This document is frozen: everybody can read it, nobody can change it.</strong></p>
  <p>The people who run this server have frozen it. When they lift that, you can write here again without a reload.</p>
`;

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
        ${state.frozen ? icon(Snowflake) : icon(Eye)} ${state.frozen ? 'Frozen' : 'View only'}
      </button>
      <div class="popover role-card" id="role-card" popover aria-label="What you may do here">
        ${state.frozen ? FROZEN : this.#renderReading(state)}
      </div>
    `;
  }

  #renderReading({ role }: SessionState): TemplateResult {
    return html`
      <p><strong>You can read this document, not change it.</strong></p>
      <p>
        ${role === 'commenter' ? 'Your link is for commenting, but there are no comments yet.' : nothing}
        What others write appears here as they write it.
      </p>
      <p>To write too, ask its owner for a link that lets you edit.</p>
    `;
  }
}

customElements.define('cs-role-badge', RoleBadge);
