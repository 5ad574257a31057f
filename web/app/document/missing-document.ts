import { html, nothing, type TemplateResult } from 'lit';
import { FilePlus2, LogIn } from 'lucide';
import { signInAddress } from '../api/sign-in-address.ts';
import { icon } from '../base/icon.ts';
import { siteRoot } from '../base/site-root.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** Stands in the place of the text of a document that nobody has made: most often the link is mistyped or cut short. */
export class MissingDocument extends SessionElement {
  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing {
    const { missing, name, signIn, person } = state;
    if (missing === null) return nothing;
    return html`<div class="gate" data-testid="missing">
      <div class="gate-words">
        <h2>There is no document here yet.</h2>
        <p>
          Check the link: it names <span class="missing-name">${name}</span>, and nobody has written there.
          ${missing.mayCreate ? 'If the name is right, create the document.' : 'Only members of this site can create it.'}
        </p>
      </div>
      <div class="gate-ways">
        ${
          missing.mayCreate
            ? html`<button
                class="button button-primary"
                type="button"
                data-testid="create-document"
                @click=${() => session.documentAccess.create()}
              >
                ${icon(FilePlus2)} Create document
              </button>`
            : nothing
        }
        ${
          missing.mayCreate || signIn === null || person !== null
            ? nothing
            : html`<a class="button button-primary" href=${signInAddress(signIn, location)}>${icon(LogIn)} Sign in</a>`
        }
        <a class="button" href=${siteRoot()}>Go to the start page</a>
      </div>
    </div>`;
  }
}

customElements.define('cs-missing-document', MissingDocument);
