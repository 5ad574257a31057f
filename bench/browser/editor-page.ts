import { EditorView } from '@codemirror/view';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { createEditor } from '../../web/editor/index.ts';
import { openBareEditor } from '../peers/codemirror.mjs';
import { openEditor } from '../peers/y-codemirror.mjs';
import type { CrowdNews, CrowdOrder } from './crowd-worker.ts';

/** Milliseconds that a key kept the page busy; the wait for the screen, between the two, is left out. */
export interface Keystroke {
  /** From the key to the changed page. */
  readonly handling: number;
  /** The frame that shows it. */
  readonly frame: number;
}

declare global {
  interface Window {
    readonly keystrokes: Keystroke[];
    /** Edits of others that were applied. */
    applied: number;
  }
}

const LINES = 20_000;
const PEOPLE = 50;

/** One megabyte of prose with some structure. */
function story(): string {
  return Array.from({ length: LINES }, (_, line) =>
    line % 40 === 0 ? `## Part ${line / 40} of a long story` : `Line ${line}: a few more words of **this** long story.`,
  ).join('\n');
}

const mode = location.hash.slice(1);
const doc = new Y.Doc();
const text = doc.getText(TEXT_FIELD);
text.insert(0, story());
const awareness = new Awareness(doc);
const middle = Math.floor(text.length / 2);
const parent = document.querySelector('main') ?? document.body;

function open(): EditorView | null {
  if (mode === 'ours') {
    return createEditor(parent, { doc, awareness, user: { name: 'Me', color: '#888888' } }).view;
  }
  if (mode === 'y-codemirror') return openEditor(parent, text, awareness);
  return mode === 'bare' ? openBareEditor(parent, text.toString()) : null;
}

const view = open();
view?.dispatch({ selection: { anchor: middle }, effects: EditorView.scrollIntoView(middle, { y: 'center' }) });
view?.focus();

Object.assign(window, { keystrokes: [], applied: 0 });
let pressed = 0;
addEventListener(
  'keydown',
  () => {
    pressed = performance.now();
  },
  true,
);
if (view !== null) {
  // Editors take what was typed from the changed page. This observer is the younger one and hears of it when they are done.
  new MutationObserver(() => {
    if (pressed === 0) return;
    const handling = performance.now() - pressed;
    pressed = 0;
    requestAnimationFrame((frame) => {
      const began = Math.max(frame, performance.now());
      nextTask(() => window.keystrokes.push({ handling, frame: performance.now() - began }));
    });
  }).observe(view.contentDOM, { subtree: true, characterData: true, childList: true });
}

/** Calls back in the next task of the page: behind a frame with all that belongs to it. */
function nextTask(callback: () => void): void {
  const channel = new MessageChannel();
  channel.port1.onmessage = callback;
  channel.port2.postMessage(null);
}

const worker = new Worker(new URL('./crowd-worker.ts', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }: MessageEvent<CrowdNews>) => {
  if ('update' in data) {
    Y.applyUpdate(doc, data.update, 'others');
    window.applied += 1;
  } else {
    applyAwarenessUpdate(awareness, data.awareness, 'others');
  }
};
const order: CrowdOrder = {
  state: Y.encodeStateAsUpdate(doc),
  people: PEOPLE,
  viewFrom: middle - 1_000,
  viewTo: middle + 1_000,
};
// Nothing binds the bare editor to the document, so nobody writes.
if (mode !== 'bare') worker.postMessage(order);
