/** `<coscribe-editor>`, the editor for any page. Importing this file makes the element known. */
import { defineElement } from './coscribe-editor.ts';

export { CoscribeEditorElement, defineElement } from './coscribe-editor.ts';
export type {
  ElementError,
  ElementErrorCode,
  ElementEventDetails,
  ElementEventMap,
  ElementStatus,
} from './element-events.ts';

defineElement();
