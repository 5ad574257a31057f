import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock.ts';
import { readCommand } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { CertificateError } from '../edge/certificate.ts';
import { StoreError } from '../store/store.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { CommandError } from './command-error.ts';
import { restore } from './restore.ts';
import { processTerminal as terminal } from './terminal.ts';
import { token } from './token.ts';

/** The package's folder seen from dist/server/command/run.js. */
const PACKAGE_FOLDER = fileURLToPath(new URL('../../..', import.meta.url));

/** One line for the person at the command line; null when the error is a defect of ours. */
function explanation(error: unknown): string | null {
  if (
    error instanceof ConfigError ||
    error instanceof StoreError ||
    error instanceof CommandError ||
    error instanceof CertificateError
  ) {
    return error.message;
  }
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'EADDRINUSE':
      return 'The port is in use by another process. Stop that one, or choose another with --port.';
    case 'EACCES':
      return 'The port may not be used by this user. Choose one above 1023 with --port.';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'The address to listen on is not one of this machine. Choose another with --host.';
    default:
      return null;
  }
}

/** The version of the package. */
function version(): string {
  return JSON.parse(readFileSync(resolve(PACKAGE_FOLDER, 'package.json'), 'utf8')).version;
}

/** Carries out what the command line asks for; resolves with the exit code, when `serve` listens with 0. */
async function run(): Promise<number> {
  const command = readCommand();
  switch (command.kind) {
    case 'help':
      process.stdout.write(command.text);
      return 0;
    case 'version':
      terminal.say(version());
      return 0;
    case 'serve':
      // Loaded when it is needed: a server takes half a second to load, which no other command has to wait for.
      await (await import('./serve.ts')).serve({ ...command, version: version() });
      return 0;
    case 'backup':
      return backup(command, terminal);
    case 'restore':
      return restore(command, terminal);
    case 'check':
      return check(command, terminal);
    case 'import':
      return (await import('./import.ts')).importDocuments(command, terminal);
    case 'token':
      return token(command, terminal, systemClock);
    case 'administer':
      return (await import('./administer.ts')).administer(command, terminal, systemClock);
    case 'documents':
      return (await import('./documents.ts')).documentsCommand(command, terminal, systemClock);
    default:
      return command satisfies never;
  }
}

/** Carries out what the command line asks for, and says in one line what went wrong. */
export async function runCommandLine(): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const line = explanation(error);
    terminal.warn(line === null ? `${error instanceof Error ? error.stack : error}` : `coscribe: ${line}`);
    process.exitCode = 1;
  }
}
