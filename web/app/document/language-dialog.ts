import { html, type TemplateResult } from 'lit';
import type { DocumentSession } from '../session/document-session.ts';
import './pick-list.ts';
import { SessionDialog } from '../session/session-dialog.ts';
import type { SessionState } from '../session/session-state.ts';
import type { Pick } from './pick-matches.ts';

interface LanguagePick extends Pick {
  readonly language: string;
}

/** Chooses the language that colours the text, for everybody in the document. */
export class LanguageDialog extends SessionDialog {
  protected override readonly heading = 'Syntax';

  protected override renderBody(state: SessionState, session: DocumentSession): TemplateResult {
    const automatic: LanguagePick = {
      label: 'Automatic',
      detail: 'by the title’s ending, else Markdown',
      language: '',
      current: state.language === '',
    };
    const named = session
      .languageNames()
      .map((language): LanguagePick => ({ label: language, language, current: language === state.language }));
    return html`<cs-pick-list
      label="Search syntaxes"
      .picks=${[automatic, ...named]}
      @pick=${(event: CustomEvent<LanguagePick>) => {
        this.close();
        void session.setLanguage(event.detail.language);
      }}
    ></cs-pick-list>`;
  }
}

customElements.define('cs-language-dialog', LanguageDialog);
