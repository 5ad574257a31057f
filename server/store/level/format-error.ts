/** Bytes are not what LevelDB writes. `message` is the end of a sentence that begins with the file. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
