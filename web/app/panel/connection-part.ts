import '../../inspector/inspector-panel.ts';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Inspector } from '../../provider/inspector.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/** What this page and the server say to each other, with controls that disturb it. */
export class ConnectionPart extends SessionElement {
  static override properties: PropertyDeclarations = { inspector: { state: true } };

  declare inspector: Inspector | null;
  #isAsking = false;

  constructor() {
    super();
    this.inspector = null;
  }

  protected override renderState(_state: SessionState, session: DocumentSession): TemplateResult {
    if (!this.#isAsking) {
      this.#isAsking = true;
      session.inspect().then(
        (inspector) => {
          this.inspector = inspector;
        },
        () => void session.partFailed(),
      );
    }
    return html`<coscribe-inspector data-testid="inspector" .inspector=${this.inspector}></coscribe-inspector>`;
  }
}

customElements.define('cs-connection-part', ConnectionPart);
