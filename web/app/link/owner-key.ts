const BYTES = 32;

/** A new owner key, `own.` and 43 characters base64url. Anyone who holds it owns the document that it creates. */
export function makeOwnerKey(
  randomBytes: (array: Uint8Array<ArrayBuffer>) => Uint8Array = (array) => crypto.getRandomValues(array),
): string {
  const base64 = btoa(String.fromCharCode(...randomBytes(new Uint8Array(BYTES))));
  return `own.${base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`;
}

/** What is written into the file that an owner keeps. Beginning and end of the address tell which document it is for. */
export function ownerKeyFile(title: string, address: string, credential: string): string {
  return [
    `This is the owner key of “${title || 'Untitled'}”, a document at ${address}`,
    '',
    'People who have it decide who may read and edit the document, and can lock everybody else out. Keep it like a password.',
    'To use it on another device, open this address there:',
    '',
    `${address}#${credential}`,
    '',
    'or open the document, choose “Share”, and paste the key:',
    '',
    credential,
    '',
  ].join('\n');
}

/** Finds an owner key in what somebody pasted: the key, its address, or the whole file; null when there is none. */
export function findOwnerKey(pasted: string): string | null {
  return /\bown\.[\w-]{43}(?![\w-])/.exec(pasted)?.[0] ?? null;
}
