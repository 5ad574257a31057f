import { html, type TemplateResult } from 'lit';
import { Download } from 'lucide';
import { icon } from '../base/icon.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';

/** Asks before the copy on this device is given up for the server's version: it cannot be brought back. */
export class ServerVersionDialog extends SessionDialog {
  protected override readonly heading = 'Open the server’s version?';

  protected override renderBody(_state: SessionState, session: DocumentSession): TemplateResult {
    return html`
      <p>
        The copy on this device is deleted, with every edit in it that the server does not have. Nobody else loses anything.
        This cannot be undone, so download the copy first if you may need it.
      </p>
      <div class="dialog-actions">
        <button class="button" type="button" autofocus @click=${() => session.actions.downloadCopy()}>
          ${icon(Download)} Download my copy
        </button>
        <button
          class="button button-danger"
          type="button"
          @click=${() => {
            this.close();
            void session.actions.openServerVersion();
          }}
        >
          Delete my copy and open
        </button>
      </div>
    `;
  }
}

customElements.define('cs-server-version-dialog', ServerVersionDialog);
