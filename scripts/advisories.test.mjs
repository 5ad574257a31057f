import { expect, it } from 'vitest';
import { readAdvisories } from './advisories.mjs';

it('names what the registry knows, and what it comes through', () => {
  const vulnerabilities = {
    send: { name: 'send', severity: 'low', range: '<0.19.0', via: [{ title: 'Template injection', url: 'x' }] },
    static: { name: 'static', severity: 'low', range: '*', via: ['send'] },
  };
  expect(readAdvisories(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual([
    'send <0.19.0 (low): Template injection',
    'static * (low): through send',
  ]);
  expect(readAdvisories(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }))).toEqual([]);
});

it.each([
  ['', 'no answer'],
  [
    'npm warn audit 405 Method Not Allowed\n{"message":"405 Method Not Allowed","statusCode":405}',
    'a registry without advisories',
  ],
  ['{"error":{"code":"ENOTFOUND"}}', 'no network'],
  ['npm error {', 'an answer that was cut'],
])('says that it does not know after %s', (output) => {
  expect(readAdvisories(output)).toBeNull();
});
