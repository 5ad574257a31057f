import { expect, it } from 'vitest';
import { CLOSE_CODES, closeCode, parseCloseReason, retryAfterReason } from './close-codes.ts';

it('[CON-6] gives every close code a number and a name of its own, and a sentence', () => {
  const codes = Object.values(CLOSE_CODES);
  expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
  expect(new Set(codes.map(({ name }) => name)).size).toBe(codes.length);
  for (const { meaning } of codes) expect(meaning).toMatch(/^[A-Z].+\.$/);
});

it('[CON-6] retries what is not known, except unknown refusals', () => {
  expect(closeCode(1006).retry).toBe('backoff');
  expect(closeCode(4499).retry).toBe('never');
  expect(closeCode(4500).retry).toBe('backoff');
  expect(closeCode(4429)).toBe(CLOSE_CODES.rateLimited);
});

it('carries the seconds to wait in the reason', () => {
  expect(parseCloseReason(retryAfterReason(2.1, 'too fast'))).toEqual({ retryAfterSeconds: 3, text: 'too fast' });
  expect(parseCloseReason('gone')).toEqual({ retryAfterSeconds: null, text: 'gone' });
});
