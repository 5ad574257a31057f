import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request; null when it broke off.
 * @param maxBytes a longer one is not read to its end
 * @param count hears of every part, and at the end of the sum of them as less than nothing
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  count: (bytes: number) => void,
): Promise<Buffer | 'too-large' | null> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  const parts: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    request.on('data', (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
      count(part.length);
      if (bytes <= maxBytes) return;
      request.pause();
      finish('too-large');
    });
    request.on('end', () => finish(parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts)));
    request.on('close', () => finish(null));

    let isFinished = false;
    function finish(result: Buffer | 'too-large' | null): void {
      if (isFinished) return;
      isFinished = true;
      count(-bytes);
      resolve(result);
    }
  });
}
