import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Lets an editor bring its styles into this page, whose policy refuses style elements without the page's own word. The server
 * makes up a new one for each answer and writes it into the page.
 */
export function styleNonce(): Extension {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
  return EditorView.cspNonce.of(nonce);
}
