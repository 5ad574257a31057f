/*
 * The module for a plain `<script type="module">`: the element, the provider and the copy of Yjs that they share. Markdown is
 * in it from the start; every other language is a file beside it.
 */
import '../editor/text/markdown-language.ts';

export { Awareness } from 'y-protocols/awareness';
export { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
export {
  CoscribeProvider,
  type DocumentProperties,
  type Notice,
  type OfflineCopyState,
  type ProviderEvents,
  type ProviderOptions,
  type Refusal,
} from '../provider/index.ts';
export * from './index.ts';
