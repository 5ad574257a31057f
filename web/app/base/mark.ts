import { html, type TemplateResult } from 'lit';

/** The mark: two carets that meet. Decoration, so anyone who shows it names it. Same drawing as mark.svg. */
export function mark(size = '1.75rem'): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 32 32" .style="width: ${size}; height: ${size}" aria-hidden="true">
    <path class="mark-second" d="M28 27h-7M24.5 27 16 6.5" />
    <path class="mark-first" d="M4 27h7M7.5 27 16 6.5h4.5" />
  </svg>`;
}
