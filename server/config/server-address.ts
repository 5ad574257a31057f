import { ConfigError } from './config-error.ts';

/** Options of every command that asks a server that runs; beside them it takes `--data` and `--api-key`. */
export const ASKING_OPTIONS = ['server', 'json'] as const;

/** Which server a command is about. */
export interface ServerAddress {
  /** Where it is reached, without a slash at its end; null for the one that uses the data folder on this machine. */
  readonly server: string | null;
  readonly apiKey: string | null;
  readonly data: string;
}

/**
 * Reads the address of a server, as `--server` gives it.
 * @param source where it came from
 * @throws ConfigError
 */
export function readServerAddress(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBare = url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url === null || !isBare || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(`${source} is "${text}", but must be an address such as https://write.example.org.`);
  }
  return url.href.replace(/\/+$/, '');
}
