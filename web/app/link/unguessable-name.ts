/** Digits and letters without the ones that look alike (0 O I l). */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BYTES = 16;
/** 58^22 is the first power of 58 above 2^128. */
const LENGTH = 22;

/**
 * A document name nobody can guess: 128 random bits in base58, always 22 characters. Anyone who has the name has the document,
 * so the bits must come from a cryptographic source.
 * @param randomBytes fills the array it is given
 */
export function unguessableName(
  randomBytes: (array: Uint8Array<ArrayBuffer>) => Uint8Array = (array) => crypto.getRandomValues(array),
): string {
  let value = 0n;
  for (const byte of randomBytes(new Uint8Array(BYTES))) value = (value << 8n) | BigInt(byte);
  let name = '';
  for (let place = 0; place < LENGTH; place++) {
    name = ALPHABET.charAt(Number(value % 58n)) + name;
    value /= 58n;
  }
  return name;
}
