import { start } from 'monaco-editor/esm/vs/editor/editor.worker.start.js';

// What Monaco computes beside the page; without it the page does the same and complains.
start(() => ({}));
