import { describe, expect, it } from 'vitest';
import { readFragment, takeFragment } from './link-fragment.ts';

const SECRET = 'A-_9'.repeat(11).slice(0, 43);

function page(hash: string) {
  const replaced: string[] = [];
  return {
    replaced,
    location: { hash, pathname: '/d/plan', search: '?x=1' },
    history: {
      state: { kept: true },
      replaceState: (state: unknown, _title: string, address?: string | URL | null) =>
        void replaced.push(`${JSON.stringify(state)} ${address}`),
    },
  };
}

describe('fragments', () => {
  it('carry a share link, an owner key, or the wish for a new document', () => {
    expect(readFragment(`#link.${SECRET}`)).toEqual({ kind: 'link', credential: `link.${SECRET}` });
    expect(readFragment(`own.${SECRET}`)).toEqual({ kind: 'own', credential: `own.${SECRET}` });
    expect(readFragment('#new')).toEqual({ kind: 'new', mark: null });
    expect(readFragment('#new.a-mark')).toEqual({ kind: 'new', mark: 'a-mark' });
  });

  it.each(['.', ')', ').', ',', '>', '%3E', '”', '%E2%80%9D', '!', '";', "'", ']', '**'])(
    '[SEC-17] are read, and taken out of the address, with %j of a mail behind them',
    (behind) => {
      for (const kind of ['link', 'own'] as const) {
        const shared = page(`#${kind}.${SECRET}${behind}`);
        expect(takeFragment(shared)).toEqual({ kind, credential: `${kind}.${SECRET}` });
        expect(shared.replaced).toEqual(['{"kept":true} /d/plan?x=1']);
      }
      expect(readFragment(`#new${behind}`)).toEqual({ kind: 'new', mark: null });
    },
  );

  it.each(['', '#', '#link.', '#link.short', `#link.${SECRET}~own.x`, `#ticket.${SECRET}`, '#heading', '#newer'])(
    'say nothing as %j',
    (hash) => expect(readFragment(hash)).toBeNull(),
  );

  it('[SEC-3] are taken out of the address, and nothing else is', () => {
    const shared = page(`#link.${SECRET}`);
    expect(takeFragment(shared)).toEqual({ kind: 'link', credential: `link.${SECRET}` });
    expect(shared.replaced).toEqual(['{"kept":true} /d/plan?x=1']);
  });

  it('stay when they are somebody else’s', () => {
    const other = page('#heading');
    expect(takeFragment(other)).toBeNull();
    expect(other.replaced).toEqual([]);
  });
});
