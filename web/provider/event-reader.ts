/** One server-sent event: its name, `message` without one, and what it says. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events from the parts in which their text comes. */
export class EventReader {
  #parts: string[] = [];

  /** The events that this part completes. */
  read(part: string): ServerEvent[] {
    // Looked for in the new part and one character before, so that a long event is not searched again with every part.
    const last = this.#parts.at(-1) ?? '';
    if (!part.includes('\n\n') && !(last.endsWith('\n') && part.startsWith('\n'))) {
      this.#parts.push(part);
      return [];
    }
    const blocks = (this.#parts.join('') + part).split('\n\n');
    const rest = blocks.pop() ?? '';
    this.#parts = rest === '' ? [] : [rest];
    return blocks.map(parseEvent);
  }
}

function parseEvent(block: string): ServerEvent {
  let name = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    if (line.startsWith('data: ')) data = line.slice(6);
  }
  return { name, data };
}

/** The bytes of a text in base64. @throws DOMException when it is none */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
