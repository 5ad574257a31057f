/*
 * The module for a plain `<script type="module">`: the element, the provider and the copy of Yjs that they share. Markdown is
 * in it from the start; every other language is a file beside it.
 */
import '../editor/markdown-language.ts';

export { Awareness } from 'y-protocols/awareness';
export { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
export * from '../provider/index.ts';
// Both have one: somebody in the people list, not who the server says this is.
export type { Person } from './index.ts';
export * from './index.ts';
