import { ApiError } from '../api/api-request.ts';
import { DocumentApi } from '../api/document-api.ts';
import { credentialLink } from '../link/document-link.ts';
import { makeOwnerKey } from '../link/owner-key.ts';
import { unguessableName } from '../link/unguessable-name.ts';

/** A file as a browser hands it over. */
export type DroppedFile = Pick<File, 'name' | 'type' | 'arrayBuffer'>;

/** The text of a file; null when it is none: other bytes than UTF-8, or characters that no text has. */
export async function readTextFile(file: DroppedFile): Promise<string | null> {
  if (/^(image|audio|video|font)\//.test(file.type)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? null : text;
  } catch {
    // Not UTF-8; or a folder, which cannot be read.
    return null;
  }
}

/**
 * Makes a document of a text file, with the file's name as its title and owned by this device.
 * @returns the address that opens it, with its owner key
 * @throws ApiError when the server does not take it
 */
export async function documentOfFile(title: string, content: string, origin: string): Promise<string> {
  const name = unguessableName();
  const key = makeOwnerKey();
  await new DocumentApi(name, async () => key).create(key, { title, content });
  return credentialLink(origin, name, key);
}

/** What files that were dropped or pasted come to. */
export interface FileTaker {
  /** Shows a sentence. */
  readonly toast: (sentence: string) => void;
  /** Opens an address of this site beside this page. */
  readonly open: (address: string) => void;
  readonly origin: string;
}

/** Opens text files as documents; says of others that they cannot be. */
export async function takeFiles(files: readonly DroppedFile[], { toast, open, origin }: FileTaker): Promise<void> {
  for (const file of files) {
    const text = await readTextFile(file);
    if (text === null) {
      toast(`“${file.name}” is not a text. Documents hold text only, no pictures or other files.`);
      continue;
    }
    try {
      open(await documentOfFile(file.name, text, origin));
      toast(`“${file.name}” is open as a document of its own, in another tab.`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(`“${file.name}” could not be opened as a document. ${error.message}`);
    }
  }
}

/**
 * Takes files that are dropped anywhere on the page, which would otherwise leave it for the file, and pictures that are pasted
 * into the text, of which nothing would come. A text file dropped into the text is put there by the editor.
 */
export function catchFiles(page: Window, taker: FileTaker): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  page.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  page.addEventListener(
    'drop',
    (event) => {
      if (!hasFiles(event)) return;
      const files = [...(event.dataTransfer?.files ?? [])];
      const intoText = event.target instanceof Element && event.target.closest('.cm-content') !== null;
      const areTexts = files.every(({ type }) => /^text\/|^$|json|xml|javascript/.test(type));
      if (intoText && areTexts) return;
      event.preventDefault();
      event.stopPropagation();
      void takeFiles(files, taker);
    },
    { capture: true },
  );
  page.addEventListener(
    'paste',
    ({ clipboardData }) => {
      const files = [...(clipboardData?.files ?? [])];
      // A copied cell or paragraph often comes with a picture of itself: its text is what is meant.
      if (files.length === 0 || clipboardData?.getData('text/plain') !== '') return;
      void takeFiles(files, taker);
    },
    { capture: true },
  );
}
