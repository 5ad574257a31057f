import { hasHiddenMarks } from '../../protocol/hidden-marks.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { DocumentProperties } from '../../protocol/messages.ts';
import { DamagedRecordError, decodeJsonRecord, encodeJsonRecord } from './record.ts';

/** What the store keeps about a document beside its text. It exists from the first edit, title or creation on. */
export interface CatalogueEntry extends DocumentProperties {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Counts restores and wipes; part of the document's epoch (SYN-5). */
  readonly epoch: number;
  /** Yjs client ids that nobody uses any more and that may be used again. */
  readonly reusableIds: readonly number[];
}

export function encodeCatalogueEntry(entry: CatalogueEntry): Uint8Array {
  return encodeJsonRecord(entry);
}

/** @throws DamagedRecordError */
export function decodeCatalogueEntry(value: Uint8Array): CatalogueEntry {
  const entry = decodeJsonRecord(value) as Partial<CatalogueEntry> | null;
  if (
    typeof entry?.title !== 'string' ||
    typeof entry.language !== 'string' ||
    typeof entry.createdAt !== 'number' ||
    typeof entry.epoch !== 'number'
  ) {
    throw new DamagedRecordError('a catalogue entry lacks a field');
  }
  const reusableIds = Array.isArray(entry.reusableIds) ? entry.reusableIds : [];
  return { title: entry.title, language: entry.language, createdAt: entry.createdAt, epoch: entry.epoch, reusableIds };
}

/** Why a title or language is refused, as a sentence; null when both are fine. */
export function propertiesProblem({ title, language }: Partial<DocumentProperties>): string | null {
  if (title !== undefined) {
    if (title.length > LIMITS.titleLength) return `A title may have ${LIMITS.titleLength} characters at most.`;
    if (/\p{Cc}/u.test(title) || !title.isWellFormed()) return 'A title must not contain control characters.';
    if (hasHiddenMarks(title)) return 'A title must not contain invisible characters.';
  }
  if (language !== undefined) {
    if (language.length > LIMITS.languageLength) {
      return `A language name may have ${LIMITS.languageLength} characters at most.`;
    }
    if (/\p{Cc}/u.test(language) || !language.isWellFormed()) {
      return 'A language name must not contain control characters.';
    }
  }
  return null;
}
