import { chmod, cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessRecord } from '../document/access-record.ts';
import type { CatalogueEntry } from '../document/catalogue.ts';
import { freshFolder } from './test-server.ts';

const GOLDEN = fileURLToPath(new URL('./format-1/', import.meta.url));

/** What a golden folder holds. */
export interface GoldenContent {
  readonly id: string;
  readonly ownerKey: string;
  readonly documents: Readonly<Record<string, GoldenDocument>>;
}

export interface GoldenDocument {
  /** Null for one that does not exist. */
  readonly entry: CatalogueEntry | null;
  readonly text: string;
  readonly access: AccessRecord | null;
  /** Of a document with more than a text. */
  readonly rich?: { readonly page: string; readonly data: unknown; readonly list: unknown; readonly delta: unknown };
}

/** A backup in format 1. */
export const GOLDEN_BACKUP = join(GOLDEN, 'all.backup');

/** A copy of the data folder of format 1 (format-1/README.md), as a server left it. */
export async function goldenFolder(): Promise<string> {
  const folder = await freshFolder();
  await cp(join(GOLDEN, 'data'), folder, { recursive: true });
  // Git keeps no permissions.
  await chmod(folder, 0o700);
  return folder;
}

export async function goldenContent(): Promise<GoldenContent> {
  return JSON.parse(await readFile(join(GOLDEN, 'expected.json'), 'utf8')) as GoldenContent;
}
