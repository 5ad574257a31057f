import { describe, expect, it } from 'vitest';
import { type KeptStrings, openLocalStore, readJson } from './local-store.ts';

/** A browser's storage over a map, with a switch that makes it refuse writes as a full one does. */
function browserStorage(): KeptStrings & { full: boolean; readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    full: false,
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (this.full) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
}

describe('local store', () => {
  it('writes through to the browser', () => {
    const browser = browserStorage();
    const store = openLocalStore(() => browser);
    store.setItem('a', '1');
    expect(browser.kept.get('a')).toBe('1');
    expect(store.getItem('a')).toBe('1');
    store.removeItem('a');
    expect(store.getItem('a')).toBeNull();
  });

  it('remembers for the life of the page where the browser blocks storage', () => {
    const store = openLocalStore(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    store.setItem('a', '1');
    expect(store.getItem('a')).toBe('1');
    store.removeItem('a');
    expect(store.getItem('a')).toBeNull();
  });

  it('shows the newest value when the browser refuses to keep it', () => {
    const browser = browserStorage();
    const store = openLocalStore(() => browser);
    store.setItem('a', 'old');
    browser.full = true;
    store.setItem('a', 'new');
    expect(store.getItem('a')).toBe('new');
    browser.full = false;
    store.setItem('a', 'newest');
    expect(browser.kept.get('a')).toBe('newest');
    expect(store.getItem('a')).toBe('newest');
  });

  it('reads damaged JSON as nothing', () => {
    const browser = browserStorage();
    browser.kept.set('a', '{"half":');
    expect(
      readJson(
        openLocalStore(() => browser),
        'a',
      ),
    ).toBeNull();
  });
});
