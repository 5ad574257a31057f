import { type CraftedStruct, craftUpdate, insertion } from '../../server/testing/craft-update.ts';

const WORDS = 'It was a bright cold day in April, and the clocks were striking thirteen. ';

/** Bytes of each piece of `textUpdate`. */
export const PIECE = 1_000;

/**
 * An update that brings `bytes` of text by one client, in pieces of 1,000 characters that Yjs keeps apart: they are written
 * from the end of the text to its beginning.
 */
export function textUpdate(client: number, bytes: number): Uint8Array {
  const piece = WORDS.repeat(Math.ceil(PIECE / WORDS.length)).slice(0, PIECE);
  const structs = Array.from(
    { length: Math.ceil(bytes / PIECE) },
    (_, index): CraftedStruct => insertion(piece, index === 0 ? {} : { right: [client, (index - 1) * PIECE] }),
  );
  return craftUpdate([{ client, clock: 0, structs }]);
}
