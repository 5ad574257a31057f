import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

export const setup: Extension;
export function openBareEditor(parent: Element, content: string): EditorView;
