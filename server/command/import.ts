import { resolve } from 'node:path';
import * as Y from 'yjs';
import { documentNameProblem } from '../../protocol/document-name.ts';
import type { Settings } from '../config/settings.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { type ForeignDocument, ImportError } from '../import/foreign-document.ts';
import { openSource } from '../import/open-source.ts';
import { createServer, type DocumentHandle, type EmbeddedServer } from '../index.ts';
import { count } from './backup.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

export interface ImportOrder {
  /** Where the documents are. */
  readonly from: string;
  /** Name of the text that becomes the document's, without its history; null takes documents as they are. */
  readonly asText: string | null;
}

/**
 * `coscribe import SOURCE --data FOLDER`: takes over the documents of another server, through the gate that everybody's updates
 * pass. What cannot be taken, or is here already, is left out and named. Returns the exit code.
 */
export async function importDocuments(
  { from, asText }: ImportOrder,
  { data, documents, field, maxDocumentBytes }: Settings,
  terminal: Terminal,
): Promise<number> {
  const source = await openSource(from).catch(rethrow);
  const server = await createServer({ data, documents, field, maxDocumentBytes });
  let taken = 0;
  let left = 0;
  try {
    for await (const foreign of source) {
      const problem = await take(server, foreign, { asText, field, textOnly: documents === 'text' });
      if (problem === null) taken += 1;
      else {
        left += 1;
        terminal.warn(`${foreign.name}: ${problem}`);
      }
    }
  } catch (error) {
    rethrow(error);
  } finally {
    await server.stop();
  }
  terminal.say(`${count(taken, 'document')} imported into ${resolve(data)}, ${left} left out.`);
  return left === 0 ? 0 : 1;
}

/** Imports one document; returns why it was left out, or null. */
async function take(
  server: EmbeddedServer,
  { name, updates }: ForeignDocument,
  { asText, field, textOnly }: { asText: string | null; field: string; textOnly: boolean },
): Promise<string | null> {
  const invalid = documentNameProblem(name);
  if (invalid !== null) return invalid;
  const document = server.document(name);
  if (await document.exists()) return 'exists already and stays as it is.';
  const copy = createServerDoc();
  try {
    for (const update of updates) Y.applyUpdate(copy, update);
  } catch {
    return 'is not a Yjs document in V1 encoding.';
  }
  if (asText !== null) return takeText(document, copy, asText);
  const roots = [...copy.share.keys()];
  const other = roots.find((root) => root !== field);
  if (textOnly && other !== undefined) {
    return `holds "${other}", this server reads the text "${field}". Import and serve with --field ${other}, or with --documents any, or import with --as-text ${other}.`;
  }
  try {
    await document.applyUpdate(Y.encodeStateAsUpdate(copy));
    return null;
  } catch (error) {
    return `cannot be taken over: ${error instanceof Error ? error.message : error}`;
  }
}

async function takeText(document: DocumentHandle, copy: Y.Doc, asText: string): Promise<string | null> {
  const text = copy.share.has(asText) ? copy.getText(asText).toString() : '';
  if (text === '') return `has no text named "${asText}". It has: ${[...copy.share.keys()].join(', ') || 'nothing'}.`;
  await document.edit((target) => target.insert(0, text));
  return null;
}

function rethrow(error: unknown): never {
  throw error instanceof ImportError ? new CommandError(error.message, { cause: error }) : error;
}
