/** Where a command tells what it did: lines for anyone who called it. */
export interface Terminal {
  /** The result. */
  say(line: string): void;
  /** What is wrong, beside the result. */
  warn(line: string): void;
}

export const processTerminal: Terminal = {
  say: (line) => void process.stdout.write(`${line}\n`),
  warn: (line) => void process.stderr.write(`${line}\n`),
};
