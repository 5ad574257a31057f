import type { Terminal } from '../command/terminal.ts';

/** Keeps what a command says. */
export class MemoryTerminal implements Terminal {
  readonly said: string[] = [];
  readonly warned: string[] = [];

  say(line: string): void {
    this.said.push(line);
  }

  write(text: string): void {
    this.said.push(text);
  }

  warn(line: string): void {
    this.warned.push(line);
  }
}
