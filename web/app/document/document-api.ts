/** What the catalogue says about a document. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly language: string;
}

/** A request the server refused or never got. The message is a sentence for the person at the screen. */
export class DocumentApiError extends Error {
  override readonly name = 'DocumentApiError';
}

/**
 * Changes title or language of a document for everybody.
 * @param request the browser's `fetch`
 * @throws DocumentApiError when the server refuses or cannot be reached
 */
export async function changeProperties(
  name: string,
  change: { readonly title?: string; readonly language?: string },
  request: typeof fetch = (...args) => fetch(...args),
): Promise<CatalogueEntry> {
  let response: Response;
  try {
    response = await request(`/api/documents/${encodeURIComponent(name)}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    });
  } catch (cause) {
    throw new DocumentApiError('The server cannot be reached right now.', { cause });
  }
  if (!response.ok) throw new DocumentApiError(await reasonOf(response));
  return (await response.json()) as CatalogueEntry;
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { error?: { message?: unknown } };
    if (typeof body.error?.message === 'string') return body.error.message;
  } catch {
    // A proxy's page instead of our JSON: the status is all there is to say.
  }
  return `The server answered with status ${response.status}.`;
}
