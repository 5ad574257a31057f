import { html, type TemplateResult } from 'lit';
import { unsafeSVG } from 'lit/directives/unsafe-svg.js';
import type { IconNode } from 'lucide';

const drawings = new WeakMap<IconNode, string>();

/** A Lucide icon, drawn in the text's colour. It is decoration: the control around it carries the words. */
export function icon(node: IconNode, className = ''): TemplateResult {
  return html`<svg class="icon ${className}" viewBox="0 0 24 24" aria-hidden="true">${unsafeSVG(drawing(node))}</svg>`;
}

/** The icon's shapes as markup. The same string each time, so that Lit leaves the drawn icon alone. */
function drawing(node: IconNode): string {
  let markup = drawings.get(node);
  if (markup === undefined) {
    markup = node
      .map(([tag, attributes]) => {
        const text = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`);
        return `<${tag} ${text.join(' ')}/>`;
      })
      .join('');
    drawings.set(node, markup);
  }
  return markup;
}
