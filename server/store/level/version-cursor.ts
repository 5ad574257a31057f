import { join } from 'node:path';
import { ofFile } from './database-files.ts';
import { FormatError } from './format-error.ts';
import { compareVersions, type Version } from './internal-key.ts';
import type { TableInfo } from './manifest.ts';
import { blockOf, Table } from './table.ts';

/** Versions in their order, some at a time. Only `fill` waits, so that walking over thousands of small ones is quick. */
export interface VersionCursor {
  /** The next version; null when `fill` has to be called, or nothing is left. */
  readonly head: Version | null;
  /** Goes behind `head`. */
  advance(): void;
  /** Makes `head` the next version; resolves with false when there is none. */
  fill(): Promise<boolean>;
  close(): Promise<void>;
}

/** What is in memory anyway. */
export class SortedVersions implements VersionCursor {
  readonly #versions: readonly Version[];
  #at: number;

  /** Begins at `from`. */
  constructor(versions: readonly Version[], from: Uint8Array) {
    this.#versions = [...versions].sort(compareVersions);
    const first = this.#versions.findIndex(({ key }) => Buffer.compare(key, from) >= 0);
    this.#at = first === -1 ? this.#versions.length : first;
  }

  get head(): Version | null {
    return this.#versions[this.#at] ?? null;
  }

  advance(): void {
    this.#at += 1;
  }

  async fill(): Promise<boolean> {
    return this.head !== null;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** What to do about damage in a table: called with a FormatError before the block is passed over. Throw to end instead. */
export type OnDamage = (file: string, damage: FormatError) => unknown;

/** The versions in one table, a block at a time. */
export class TableCursor implements VersionCursor {
  readonly #name: string;
  readonly #table: Table;
  readonly #from: Uint8Array;
  readonly #onDamage: OnDamage;
  #block: number;
  #entries: readonly Version[] = [];
  #at = 0;

  private constructor(name: string, table: Table, from: Uint8Array, onDamage: OnDamage) {
    this.#name = name;
    this.#table = table;
    this.#from = from;
    this.#onDamage = onDamage;
    this.#block = blockOf(from, table.layout);
  }

  /** Begins at `from`. Without `info` the table may be of any length. */
  static async open(
    location: string,
    name: string,
    { info, from, onDamage }: { info: TableInfo | null; from: Uint8Array; onDamage: OnDamage },
  ): Promise<TableCursor> {
    const table = await ofFile(name, () => Table.open(join(location, name), info?.bytes ?? null));
    return new TableCursor(name, table, from, onDamage);
  }

  get head(): Version | null {
    return this.#entries[this.#at] ?? null;
  }

  advance(): void {
    this.#at += 1;
  }

  async fill(): Promise<boolean> {
    while (this.head === null) {
      if (this.#block >= this.#table.blocks.length) return false;
      try {
        this.#entries = await this.#table.read(this.#block);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        this.#onDamage(this.#name, error);
        this.#entries = [];
      }
      this.#block += 1;
      const first = this.#entries.findIndex(({ key }) => Buffer.compare(key, this.#from) >= 0);
      this.#at = first === -1 ? this.#entries.length : first;
    }
    return true;
  }

  close(): Promise<void> {
    return this.#table.close();
  }
}
