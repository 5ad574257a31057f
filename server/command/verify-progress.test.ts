import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { verifyProgress } from './verify-progress.ts';

it('says nothing of what is done at once, then a line every five seconds', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const progress = verifyProgress(clock, (line) => lines.push(line));
  const of = 3_000 * 2 ** 20;
  for (let done = 0; done <= 100; done++) {
    progress({ bytes: (of * done) / 100, of });
    await clock.advance(100);
  }
  expect(lines).toEqual(['Verifying the database: 600 of 3,000 MB.', 'Verifying the database: 2,100 of 3,000 MB.']);
});
