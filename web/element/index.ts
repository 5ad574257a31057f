/**
 * `coscribe/editor`: `<coscribe-editor>` for any page, and `createEditor` for pages that want to put it together themselves.
 * Importing this in a browser makes the element known; on a server it does nothing.
 * @module coscribe/editor
 */
import { defineElement } from './coscribe-editor.ts';

export * from '../editor/index.ts';
export { type CopyFilter, clearOfflineCopies } from '../provider/index.ts';
export { CoscribeEditorElement, defineElement } from './coscribe-editor.ts';
export type {
  ElementError,
  ElementErrorCode,
  ElementEventDetails,
  ElementEventMap,
  ElementStatus,
} from './element-events.ts';

defineElement();
