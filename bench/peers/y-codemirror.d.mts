import type { EditorView } from 'codemirror';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';

export function openEditor(parent: Element, text: Y.Text, awareness: Awareness): EditorView;
