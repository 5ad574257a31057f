import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../scripts/source-files.ts';

const page = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');

test('operating.md explains every figure of /metrics, and no other', () => {
  const source = readFileSync(join(ROOT, 'server/metrics/metrics.ts'), 'utf8');
  const namesIn = (text: string) =>
    [...new Set(text.match(/\b(?:coscribe|process|nodejs)_[a-z_]+(?:_total|_bytes|_seconds|[a-z])\b/g))].sort();
  expect(namesIn(source).length).toBeGreaterThan(15);
  // The rules for alarms are looked at below.
  expect(namesIn(page.replace(/```yaml.*?```/s, ''))).toEqual(namesIn(source));
});

test('operating.md quotes messages of the log as they are', () => {
  const sources = ['server/document/commit-queue.ts', 'server/room/registry.ts', 'server/room/turns.ts']
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  const section = page.split('| message | what to do |')[1]?.split('\n## ')[0] ?? '';
  const messages = [...section.matchAll(/^\| ([A-Z][^|]+?) \|/gm)].map(([, message = '']) => message);
  expect(messages).toHaveLength(3);
  expect(messages.filter((message) => !sources.includes(message))).toEqual([]);
});

test('the rules for alarms in operating.md ask for figures that there are', () => {
  const source = readFileSync(join(ROOT, 'server/metrics/metrics.ts'), 'utf8');
  const rules = /```yaml\n# \/etc\/prometheus(.*?)```/s.exec(page)?.[1] ?? '';
  const asked = [...rules.matchAll(/^ +expr: (.*)$/gm)].flatMap(([, expression = '']) => [
    ...(expression.match(/\b(?:coscribe|process|nodejs)_[a-z_]+/g) ?? []),
  ]);
  expect(asked.length).toBeGreaterThan(6);
  // A histogram is asked for by its buckets.
  expect(asked.map((name) => name.replace(/_bucket$/, '')).filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});
