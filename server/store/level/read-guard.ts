import { join } from 'node:path';
import { ofFile } from './database-files.ts';
import type { FolderWatch } from './folder-watch.ts';
import { parseInternalKey } from './internal-key.ts';
import type { TableInfo } from './manifest.ts';
import { blockOf, Table, type TableLayout } from './table.ts';

/** Tables whose layout is kept in memory: some 50 kB for one of 2 MB. */
const MAX_LAYOUTS = 64;

/** How far ahead of a reader is checked: bytes of one table, and tables. */
const BYTES_AHEAD = 1024 * 1024;
const TABLES_AHEAD = 8;

/** The blocks of a table that a read would touch. */
interface Touched {
  readonly info: TableInfo;
  readonly layout: TableLayout;
  readonly first: number;
}

/**
 * Compares the checksums of what LevelDB is about to read, right before it does. LevelDB does not, and a block that is
 * damaged makes it leave out entries without a word, or ends the process.
 */
export class ReadGuard {
  readonly #location: string;
  readonly #watch: FolderWatch;
  /** By the number of the table; the one used last is at the end. */
  readonly #layouts = new Map<number, TableLayout>();

  constructor(location: string, watch: FolderWatch) {
    this.#location = location;
    this.#watch = watch;
  }

  /**
   * Checks what a look for `key` touches.
   * @throws DatabaseFileError
   */
  async checkKey(key: Uint8Array): Promise<void> {
    await this.#withTables(async (tables) => {
      for (const info of tables) {
        if (Buffer.compare(smallestOf(info), key) > 0 || Buffer.compare(largestOf(info), key) < 0) continue;
        const layout = await this.#layout(info);
        const first = blockOf(key, layout);
        await this.#checkBlocks({ info, layout, first }, first + 1);
      }
    });
  }

  /**
   * Checks what a walk over the keys from `from` on touches, up to `to` or a key on the way there. Resolves with that key, from
   * which on nothing was checked yet; null when all was.
   * @throws DatabaseFileError
   */
  checkRange(from: Uint8Array, to: Uint8Array): Promise<Uint8Array | null> {
    return this.#withTables((tables) => this.#checkRange(tables, from, to));
  }

  async #checkRange(tables: readonly TableInfo[], from: Uint8Array, to: Uint8Array): Promise<Uint8Array | null> {
    // Of level 0 all are opened, also those that end before the walk begins. Nearest first, so that the end is known before any
    // layout far behind it is read.
    const ahead = tables
      .filter((info) => info.level === 0 || Buffer.compare(largestOf(info), from) >= 0)
      .sort((a, b) => Buffer.compare(smallestOf(a), smallestOf(b)));
    let end = to;
    const nearer = (key: Uint8Array | undefined) => {
      if (key !== undefined && Buffer.compare(key, end) < 0 && Buffer.compare(key, from) > 0) end = key;
    };
    const later = ahead.filter((info) => Buffer.compare(smallestOf(info), from) > 0);
    const last = later[TABLES_AHEAD - 1];
    nearer(last === undefined ? undefined : smallestOf(last));
    const touched: Touched[] = [];
    for (const info of ahead) {
      // A walk looks into all tables of level 0 that do not end before it, and on each other level into one behind its end.
      const isBehind = Buffer.compare(smallestOf(info), end) >= 0;
      if (isBehind && info.level > 0 && isBehindAnother(info, touched, end)) continue;
      const layout = await this.#layout(info);
      const first = blockOf(from, layout);
      touched.push({ info, layout, first });
      nearer(keyAhead(layout, first));
    }
    // The walk also looks at the entry behind the last one that it gives.
    for (const one of touched) await this.#checkBlocks(one, blockOf(end, one.layout) + 1);
    return end === to ? null : end;
  }

  async #checkBlocks({ info, layout, first }: Touched, last: number): Promise<void> {
    const blocks = Math.min(last, layout.blocks.length - 1);
    if (first > blocks) return;
    await this.#withTable(info, layout, async (table) => {
      for (let index = first; index <= blocks; index++) await table.verifyBlock(index);
    });
  }

  /** The layout of a table. Its filter is checked with it. */
  async #layout(info: TableInfo): Promise<TableLayout> {
    const known = this.#layouts.get(info.number);
    this.#layouts.delete(info.number);
    const layout =
      known ??
      (await this.#withTable(info, null, async (table) => {
        await table.verifyFilter();
        return table.layout;
      }));
    this.#layouts.set(info.number, layout);
    for (const number of this.#layouts.keys()) {
      if (this.#layouts.size <= MAX_LAYOUTS) break;
      this.#layouts.delete(number);
    }
    return layout;
  }

  async #withTable<T>(info: TableInfo, layout: TableLayout | null, work: (table: Table) => Promise<T>): Promise<T> {
    const name = this.#watch.nameOf(info);
    return ofFile(name, async () => {
      const table = await Table.open(join(this.#location, name), info.bytes, layout);
      try {
        return await work(table);
      } finally {
        await table.close();
      }
    });
  }

  async #withTables<T>(work: (tables: readonly TableInfo[]) => Promise<T>): Promise<T> {
    for (;;) {
      await this.#watch.check();
      const { tables } = this.#watch;
      try {
        return await work([...tables.values()]);
      } catch (error) {
        // LevelDB may be done with a table meanwhile, and then reads another.
        await this.#watch.look();
        if ([...tables.keys()].every((number) => this.#watch.tables.has(number))) throw error;
      }
    }
  }
}

/** Whether a table of the same level, between this one and `end`, is among those that are touched. */
function isBehindAnother({ level }: TableInfo, touched: readonly Touched[], end: Uint8Array): boolean {
  return touched.some(({ info }) => info.level === level && Buffer.compare(smallestOf(info), end) >= 0);
}

/** A key so far behind the beginning of a block as is checked at once; undefined when the table ends before. */
function keyAhead({ blocks }: TableLayout, first: number): Buffer | undefined {
  const from = blocks[first]?.offset ?? 0;
  const far = blocks.find(({ offset }) => offset - from >= BYTES_AHEAD);
  return far === undefined ? undefined : parseInternalKey(far.upTo).key;
}

function smallestOf({ smallest }: TableInfo): Buffer {
  return parseInternalKey(smallest).key;
}

function largestOf({ largest }: TableInfo): Buffer {
  return parseInternalKey(largest).key;
}
