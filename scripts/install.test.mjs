import { describe, expect, test } from 'vitest';
import { covers, installStamp } from './install.mjs';

const lock = JSON.stringify({
  packages: {
    '': { name: 'coscribe' },
    'node_modules/yjs': { version: '13.6.33' },
    'node_modules/vite': { version: '8.3.8', dev: true },
    'node_modules/rolldown-for-another-system': { version: '1.0.0', optional: true },
  },
});
/** @param {Record<string, string>} versions */
const installed = (versions) =>
  JSON.stringify({
    packages: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
    ),
  });

describe('an installation made by hand', () => {
  test('serves when it has every package that is not optional', () => {
    expect(covers(installed({ yjs: '13.6.33', vite: '8.3.8' }), lock)).toBe(true);
  });

  test('does not serve without the development packages', () => {
    expect(covers(installed({ yjs: '13.6.33' }), lock)).toBe(false);
  });

  test('does not serve with another version', () => {
    expect(covers(installed({ yjs: '13.6.32', vite: '8.3.8' }), lock)).toBe(false);
  });
});

test('the stamp changes with the lock file', () => {
  expect(installStamp(lock)).toBe(installStamp(lock));
  expect(installStamp(lock)).not.toBe(installStamp(`${lock} `));
});
