import { describe, expect, it } from 'vitest';
import { contrast } from '../../editor/carets/readable-ink.ts';
import { PERSON_COLORS, selectionShade } from './person-colors.ts';

/** --sheet of tokens.css, light and dark. */
const SHEETS = ['#fffdf9', '#211e1a'];

describe('person colours', () => {
  it.each(PERSON_COLORS)('$name stands out as a caret on both sheets and carries white letters', ({ value }) => {
    for (const sheet of SHEETS) expect(contrast(value, sheet)).toBeGreaterThanOrEqual(3);
    expect(contrast(value, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  });

  it('are all different', () => {
    expect(new Set(PERSON_COLORS.map(({ value }) => value)).size).toBe(PERSON_COLORS.length);
  });

  it('have a translucent shade for selections', () => {
    expect(selectionShade('#c13b42')).toBe('#c13b4233');
  });
});
