/**
 * Whether JSON has more than `max` characters outside of its strings. Long strings are quick to parse, and millions of small
 * values hold everybody up: this finds out without parsing.
 */
export function hasMuchStructure(json: string, max: number): boolean {
  let outside = 0;
  let at = 0;
  while (at < json.length) {
    const string = json.indexOf('"', at);
    outside += (string === -1 ? json.length : string) - at;
    if (outside > max) return true;
    if (string === -1) return false;
    at = endOfString(json, string + 1);
    // The quotes, so that many empty strings count too.
    outside += 2;
  }
  return outside > max;
}

/** Where the string ends whose first character is at `start`: behind its closing quote, or at the end of all. */
function endOfString(json: string, start: number): number {
  for (let from = start; ; ) {
    const quote = json.indexOf('"', from);
    if (quote === -1) return json.length;
    let backslashes = 0;
    while (quote - backslashes > from && json[quote - backslashes - 1] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}
