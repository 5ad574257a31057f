import { adoptStyle } from './element-style.ts';
import { Problems } from './problems.ts';
import { StatusLine } from './status-line.ts';

/** What is around the text in an element's shadow root. */
export interface Frame {
  /** What the editor is put into. */
  readonly box: HTMLElement;
  readonly problems: Problems;
  readonly status: StatusLine;
}

/** Fills a shadow root: what is wrong in words, the text, and the line below it. */
export function makeFrame(root: ShadowRoot): Frame {
  adoptStyle(root);
  const message = part('p', 'message');
  message.setAttribute('role', 'alert');
  const box = part('div', 'editor');
  const line = part('div', 'status');
  root.append(message, box, line);
  return { box, problems: new Problems(message), status: new StatusLine(line) };
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.setAttribute('part', name);
  return element;
}
