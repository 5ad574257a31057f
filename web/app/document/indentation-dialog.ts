import { html, type TemplateResult } from 'lit';
import {
  detectIndentation,
  type Indentation,
  indentationLabel,
  usualIndentation,
} from '../../editor/code/indentation.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';
import './pick-list.ts';
import type { Pick } from './pick-matches.ts';

const STEPS: readonly Indentation[] = [2, 4, 8, 'tab'];

interface IndentationPick extends Pick {
  readonly choice: Indentation | 'auto';
}

/** Chooses what Tab and Enter indent by. Nobody else's editor changes by it. */
export class IndentationDialog extends SessionDialog {
  protected override readonly heading = 'Indentation';

  protected override renderBody(state: SessionState, session: DocumentSession): TemplateResult {
    const { indentation } = state;
    const picks: IndentationPick[] = [
      { label: 'Automatic', detail: automatic(state, session), choice: 'auto', current: indentation === 'auto' },
      ...STEPS.map((choice) => ({ label: indentationLabel(choice), choice, current: choice === indentation })),
    ];
    return html`<cs-pick-list
      label="Search indentations"
      .picks=${picks}
      @pick=${(event: CustomEvent<IndentationPick>) => {
        this.close();
        session.chooseIndentation(event.detail.choice);
      }}
    ></cs-pick-list>`;
  }
}

/** What the automatic choice comes to, and why. */
function automatic({ settings, resolvedLanguage }: SessionState, { editor }: DocumentSession): string {
  const own = editor === null ? null : detectIndentation(editor.view.state.doc);
  if (own !== null) return `as in this text: ${indentationLabel(own)}`;
  if (settings.indentation !== 'auto') return `as you chose last: ${indentationLabel(settings.indentation)}`;
  return `usual for ${resolvedLanguage}: ${indentationLabel(usualIndentation(resolvedLanguage))}`;
}

customElements.define('cs-indentation-dialog', IndentationDialog);
