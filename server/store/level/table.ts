import { type FileHandle, open } from 'node:fs/promises';
import { BLOCK_TRAILER_BYTES, type BlockHandle, endOf, parseBlock, readHandle } from './block.ts';
import { BytesReader } from './bytes-reader.ts';
import { masked } from './crc32c.ts';
import { FilePieces } from './file-pieces.ts';
import { FormatError } from './format-error.ts';
import { parseInternalKey, type Version } from './internal-key.ts';
import type { TableInfo } from './manifest.ts';

/*
 * A table: keys in order, never changed once it is written.
 *
 *   blocks of entries | block of a filter | block that says where the filter is | block that says where the blocks are | footer
 *
 * The footer is the places of the last two blocks, padded to 40 bytes, and a fixed number of 8 bytes
 * (https://github.com/google/leveldb/blob/main/doc/table_format.md). Nothing lies between, so that every byte is checked.
 */

const FOOTER_BYTES = 48;
const MAGIC = 0xdb4775248b80fb57n;

/** A block of entries. */
export interface TableBlock extends BlockHandle {
  /** A key that is not before any in the block, and before all in the next one. */
  readonly upTo: Buffer;
}

/** Where everything is in a table. */
export interface TableLayout {
  readonly metaindex: BlockHandle;
  readonly index: BlockHandle;
  /** In the order of their keys. */
  readonly blocks: readonly TableBlock[];
}

/** A table of LevelDB, read by ourselves: LevelDB never compares the checksums, and ends the process over some damage. */
export class Table {
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  readonly layout: TableLayout;

  private constructor(file: FileHandle, fileBytes: number, layout: TableLayout) {
    this.#file = file;
    this.#fileBytes = fileBytes;
    this.layout = layout;
  }

  /**
   * Opens a table; close it in the end. Anyone who has its layout from before saves reading that again.
   * @throws FormatError when its footer or its index is damaged, or it has another length than `expectedBytes`
   */
  static async open(path: string, expectedBytes: number | null, layout: TableLayout | null = null): Promise<Table> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (expectedBytes !== null && size !== expectedBytes) {
        throw new FormatError(`it has ${size} bytes instead of ${expectedBytes}`);
      }
      return new Table(file, size, layout ?? (await readLayout(file, size)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get blocks(): readonly TableBlock[] {
    return this.layout.blocks;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /**
   * Checks every byte, and that it is the table that the MANIFEST means. Calls `onBytes` as it goes.
   * @throws FormatError
   */
  async verify({ smallest, largest }: TableInfo, onBytes: (bytes: number) => unknown): Promise<void> {
    const pieces = new FilePieces(this.#file);
    let at = 0;
    const next = async (block: BlockHandle) => {
      if (block.offset !== at) throw new FormatError(`nothing says what its bytes ${at} to ${block.offset} are`);
      await checkBlock(pieces, block);
      at = endOf(block);
      await onBytes(block.bytes + BLOCK_TRAILER_BYTES);
    };
    for (const block of this.blocks) await next(block);
    for (const filter of await this.#filters(pieces)) await next(filter);
    await next(this.layout.metaindex);
    await next(this.layout.index);
    if (at + FOOTER_BYTES !== this.#fileBytes) throw new FormatError('its index is not at its end');
    const first = (await this.#entries(0))[0]?.key;
    const last = (await this.#entries(this.blocks.length - 1)).at(-1)?.key;
    if (first?.equals(smallest) !== true || last?.equals(largest) !== true) {
      throw new FormatError('it holds other keys than it should: it is another table');
    }
  }

  /**
   * Checks the filter, which LevelDB asks whether a key is in the table at all.
   * @throws FormatError
   */
  async verifyFilter(): Promise<void> {
    for (const filter of await this.#filters(new FilePieces(this.#file))) {
      await checkBlock(new FilePieces(this.#file), filter);
    }
  }

  async #filters(pieces: FilePieces): Promise<BlockHandle[]> {
    const entries = parseBlock(await readBlock(pieces, this.layout.metaindex));
    return entries.map(({ value }) => readHandle(new BytesReader(value)));
  }

  /**
   * Checks one block without giving what is in it.
   * @throws FormatError
   */
  async verifyBlock(index: number): Promise<void> {
    const block = this.#block(index);
    await checkBlock(new FilePieces(this.#file, block.bytes + BLOCK_TRAILER_BYTES), block);
  }

  /**
   * What one block holds.
   * @throws FormatError when it is damaged
   */
  async read(index: number): Promise<Version[]> {
    return (await this.#entries(index)).map((entry) => {
      const { key, sequence, isDeletion } = parseInternalKey(entry.key);
      return { key, sequence, value: isDeletion ? null : entry.value };
    });
  }

  async #entries(index: number): Promise<{ key: Buffer; value: Uint8Array }[]> {
    const block = this.#block(index);
    return parseBlock(await readBlock(new FilePieces(this.#file, block.bytes + BLOCK_TRAILER_BYTES), block));
  }

  #block(index: number): TableBlock {
    const block = this.blocks[index];
    if (block === undefined) throw new FormatError('it has no entries');
    return block;
  }
}

/** The first block that may hold `key` or a later one; the number of blocks when there is none. */
export function blockOf(key: Uint8Array, { blocks }: TableLayout): number {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const upTo = blocks[middle]?.upTo;
    if (upTo !== undefined && Buffer.compare(parseInternalKey(upTo).key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readLayout(file: FileHandle, fileBytes: number): Promise<TableLayout> {
  if (fileBytes < FOOTER_BYTES) throw new FormatError(`it has only ${fileBytes} bytes`);
  const footerAt = fileBytes - FOOTER_BYTES;
  const footer = await new FilePieces(file, FOOTER_BYTES).bytes(footerAt, FOOTER_BYTES);
  if (footer.readBigUInt64LE(FOOTER_BYTES - 8) !== MAGIC) throw new FormatError('its end is damaged');
  const reader = new BytesReader(footer);
  const [metaindex, index] = [readHandle(reader), readHandle(reader)];
  if (endOf(index) !== footerAt) throw new FormatError('its end is damaged');
  const entries = parseBlock(await readBlock(new FilePieces(file, index.bytes + BLOCK_TRAILER_BYTES), index));
  const blocks = entries.map(({ key, value }) => ({ ...readHandle(new BytesReader(value)), upTo: key }));
  for (const { upTo } of blocks) parseInternalKey(upTo);
  return { metaindex, index, blocks };
}

async function checkBlock(pieces: FilePieces, block: BlockHandle): Promise<void> {
  const crc = await pieces.crc32c(block.offset, block.bytes + 1);
  const stored = await pieces.bytes(block.offset + block.bytes + 1, 4);
  if (masked(crc) !== stored.readUInt32LE()) throw damagedBlock(block);
}

/** A block with its trailer. */
async function readBlock(pieces: FilePieces, block: BlockHandle): Promise<Buffer> {
  await checkBlock(pieces, block);
  return pieces.bytes(block.offset, block.bytes + BLOCK_TRAILER_BYTES);
}

function damagedBlock({ offset, bytes }: BlockHandle): FormatError {
  return new FormatError(`its bytes ${offset} to ${offset + bytes} do not match their checksum`);
}
