import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { debianProgram } from '../scripts/debian-programs.mjs';
import { ROOT } from '../scripts/source-files.ts';

/** What promtool says of these rules, and with which code it ends. */
function check(rules: string): { code: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'coscribe-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'coscribe.yml');
  writeFileSync(file, rules);
  const { status, stdout, stderr } = spawnSync(debianProgram('promtool'), ['check', 'rules', file], {
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

test('promtool accepts the rules for alarms in operating.md, and would not accept any', () => {
  const page = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  const rules = /```yaml\n(# \/etc\/prometheus.*?)```/s.exec(page)?.[1] ?? '';
  const count = rules.match(/- alert: /g)?.length ?? 0;
  expect(count).toBeGreaterThan(5);
  expect(check(rules)).toEqual({ code: 0, said: expect.stringContaining(`SUCCESS: ${count} rules found`) });
  const broken = rules.replace('increase(', 'increased(');
  expect(check(broken)).toEqual({ code: 1, said: expect.stringContaining('unknown function') });
});
