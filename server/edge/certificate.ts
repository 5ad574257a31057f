import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';

/** How often the files are looked at, in milliseconds. */
const LOOK_INTERVAL = 10_000;

/** A certificate (with the chain behind it) and its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The files hold no certificate with its key. The message says which file and what is wrong, and nothing of the key. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/**
 * The certificate that a server shows, read from two files and again when they change, so that one renewed on the disk is used
 * without a restart. A pair that does not fit together is reported and not used.
 */
export class Certificate {
  readonly #files: { readonly cert: string; readonly key: string };
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onChange: (pair: KeyPair) => void;
  #pair: KeyPair;
  /** What was wrong at the last look, so that it is said once. */
  #problem: string | null = null;
  #timer: unknown;
  #isClosed = false;

  constructor(
    files: { readonly cert: string; readonly key: string },
    pair: KeyPair,
    dependencies: { clock: Clock; logger: Logger; onChange: (pair: KeyPair) => void },
  ) {
    this.#files = files;
    this.#pair = pair;
    this.#clock = dependencies.clock;
    this.#logger = dependencies.logger;
    this.#onChange = dependencies.onChange;
    this.#lookLater();
  }

  /** Reads the files now, and uses what they hold if that is new and good. Never rejects. */
  async reload(): Promise<void> {
    try {
      const pair = await readKeyPair(this.#files);
      this.#problem = null;
      if (this.#isClosed || (pair.cert === this.#pair.cert && pair.key === this.#pair.key)) return;
      this.#onChange(pair);
      this.#pair = pair;
      const { validTo } = new X509Certificate(pair.cert);
      this.#logger.info({ validTo }, 'The certificate was read again.');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem === this.#problem || this.#isClosed) return;
      this.#problem = problem;
      this.#logger.error({ problem }, 'The new certificate cannot be used; the old one stays.');
    }
  }

  /** Looks no more. */
  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #lookLater(): void {
    this.#timer = this.#clock.setTimeout(() => {
      void this.reload().then(() => {
        if (!this.#isClosed) this.#lookLater();
      });
    }, LOOK_INTERVAL);
  }
}

/**
 * Reads a certificate and its key.
 * @throws CertificateError when a file cannot be read, holds something else, or the two do not belong together
 */
export async function readKeyPair(files: { readonly cert: string; readonly key: string }): Promise<KeyPair> {
  const [cert, key] = await Promise.all([read('tlsCert', files.cert), read('tlsKey', files.key)]);
  const certificate = parse('tlsCert', files.cert, 'a certificate in PEM', () => new X509Certificate(cert));
  const privateKey = parse('tlsKey', files.key, 'a private key in PEM without a password', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new CertificateError(`The key in ${files.key} does not belong to the certificate in ${files.cert}.`);
  }
  return { cert, key };
}

async function read(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new CertificateError(`The file ${file} (${setting}) cannot be read: ${reason}.`, { cause });
  }
}

function parse<T>(setting: string, file: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CertificateError(`The file ${file} (${setting}) does not hold ${expected}.`, { cause });
  }
}
