/** Where a command tells what it did: lines for anyone who called it. */
export interface Terminal {
  /** The result. */
  say(line: string): void;
  /** The result, as it is, without a line's end behind it. */
  write(text: string): void;
  /** What is wrong, beside the result. */
  warn(line: string): void;
}

export const processTerminal: Terminal = {
  say: (line) => void process.stdout.write(`${line}\n`),
  write: (text) => void process.stdout.write(text),
  warn: (line) => void process.stderr.write(`${line}\n`),
};
