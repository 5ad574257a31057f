import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/*
 * One line beside the database, written over and over:
 *
 *   coscribe-last-write 1 <sequence number of the last acknowledged write, 16 digits> <CRC-32 of the line so far>
 *
 * A write-ahead log that lost its end looks like one to which nothing more was written. With this line it does not, wherever
 * it was cut.
 */

export const LAST_WRITE_FILE = 'last-write';

const PREFIX = 'coscribe-last-write 1 ';

function encode(sequence: number): string {
  const line = `${PREFIX}${String(sequence).padStart(16, '0')} `;
  return `${line}${crc32(line).toString(16).padStart(8, '0')}\n`;
}

/** The number in a data folder; 0 when there is none, or none that can be believed: then the database is looked at without. */
export async function readLastWrite(dataFolder: string): Promise<number> {
  try {
    const text = await readFile(join(dataFolder, LAST_WRITE_FILE), 'latin1');
    const sequence = Number(text.slice(PREFIX.length, PREFIX.length + 16));
    return Number.isSafeInteger(sequence) && text === encode(sequence) ? sequence : 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

/**
 * Keeps the number. It is not synced, and nobody waits for it: it may be behind what is stored, after a power failure for
 * instance, and is never ahead.
 */
export class LastWrite {
  readonly #file: FileHandle;
  #sequence: number;
  #written = -1;
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle, sequence: number) {
    this.#file = file;
    this.#sequence = sequence;
  }

  /** `sequence` is the number of the last write in the database that was just opened. */
  static async open(dataFolder: string, sequence: number): Promise<LastWrite> {
    // In place and not cut to nothing first: it must never be gone.
    const file = await open(join(dataFolder, LAST_WRITE_FILE), constants.O_RDWR | constants.O_CREAT, 0o600);
    const lastWrite = new LastWrite(file, sequence);
    lastWrite.#begin();
    await lastWrite.#writing;
    return lastWrite;
  }

  /** This many more writes are stored. */
  add(writes: number): void {
    this.#sequence += writes;
    this.#begin();
  }

  /** The database was opened again: what is in it now counts. */
  reset(sequence: number): void {
    this.#sequence = sequence;
    this.#begin();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  #begin(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  async #write(): Promise<void> {
    while (this.#written !== this.#sequence) {
      const sequence = this.#sequence;
      try {
        await this.#file.write(encode(sequence), 0, 'latin1');
      } catch {
        // A number that is too low is true as well; the next write tries again.
        return;
      }
      this.#written = sequence;
    }
  }
}
