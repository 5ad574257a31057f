import { BytesReader } from './bytes-reader.ts';
import { FormatError } from './format-error.ts';
import { readLog } from './log-format.ts';

/*
 * The MANIFEST is a log of edits to the list of tables; what they add up to is what the database consists of.
 */

const COMPARATOR = 'leveldb.BytewiseComparator';

/** Tags of the fields of an edit. */
const TAG = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** A table that belongs to the database. */
export interface TableInfo {
  readonly number: number;
  /** On level 0 tables overlap, on each other one they do not. */
  readonly level: number;
  readonly bytes: number;
  /** First and last key in it, as they stand in the table (internal-key.ts). */
  readonly smallest: Uint8Array;
  readonly largest: Uint8Array;
}

/** What a database consists of. */
export interface Manifest {
  /** Writes in logs from this one on are not in tables yet; 0 when there never was one. */
  readonly logNumber: number;
  readonly previousLog: number;
  /** Of the last write that is in a table. */
  readonly lastSequence: number;
  readonly tables: ReadonlyMap<number, TableInfo>;
}

/**
 * Reads a MANIFEST.
 * @throws FormatError
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const { records, damagedAt } = readLog(bytes);
  if (damagedAt !== null) throw new FormatError(`it is damaged at byte ${damagedAt}`);
  const numbers = new Map<number, number>();
  const tables = new Map<number, TableInfo>();
  for (const record of records) applyEdit(record, numbers, tables);
  const number = (tag: number) => {
    const value = numbers.get(tag);
    if (value === undefined) throw new FormatError('it is incomplete');
    return value;
  };
  number(TAG.nextFile);
  return {
    logNumber: number(TAG.logNumber),
    previousLog: numbers.get(TAG.previousLog) ?? 0,
    lastSequence: number(TAG.lastSequence),
    tables,
  };
}

function applyEdit(record: Uint8Array, numbers: Map<number, number>, tables: Map<number, TableInfo>): void {
  const reader = new BytesReader(record);
  const added: TableInfo[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    switch (tag) {
      case TAG.comparator: {
        const name = Buffer.from(reader.string()).toString();
        if (name !== COMPARATOR) throw new FormatError(`its keys are in the unknown order ${JSON.stringify(name)}`);
        break;
      }
      case TAG.logNumber:
      case TAG.nextFile:
      case TAG.lastSequence:
      case TAG.previousLog:
        numbers.set(tag, reader.varint());
        break;
      case TAG.compactPointer:
        reader.varint();
        reader.string();
        break;
      case TAG.deletedFile:
        reader.varint();
        tables.delete(reader.varint());
        break;
      case TAG.newFile: {
        const [level, number, bytes] = [reader.varint(), reader.varint(), reader.varint()];
        added.push({ number, level, bytes, smallest: reader.string(), largest: reader.string() });
        break;
      }
      default:
        throw new FormatError(`it holds the unknown field ${tag}`);
    }
  }
  // A table that only changes its level is deleted and added in one edit.
  for (const table of added) tables.set(table.number, table);
}
