import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PEOPLE_COLORS } from './carets/people.ts';
import { contrast, readableInk } from './carets/readable-ink.ts';
import { DARK, LIGHT, type Palette } from './palette.ts';

/** What `color-mix(in srgb, top share, transparent)` over an opaque colour looks like. */
function mixed(top: string, share: number, under: string): string {
  const channel = (from: number) => {
    const [a, b] = [top, under].map((color) => Number.parseInt(color.slice(from, from + 2), 16));
    return Math.round((a ?? 0) * share + (b ?? 0) * (1 - share))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

const themes: [string, Palette, number][] = [
  ['light', LIGHT, 0.24],
  ['dark', DARK, 0.3],
];

for (const [name, palette, personShare] of themes) {
  test(`${name}: text and every token reach WCAG AA on paper, panels and the own selection`, () => {
    const { tokens, ink, faint, accent, paper, raised, selection, match, 'code-block': codeBlock } = palette;
    for (const [token, color] of Object.entries({ ink, ...tokens })) {
      for (const [place, background] of Object.entries({ paper, raised, selection, codeBlock })) {
        expect(contrast(color, background), `${token} on ${place}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const [place, background] of Object.entries({ paper, raised })) {
      expect(contrast(faint, background), `faint on ${place}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(accent, background), `accent on ${place}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(ink, match), 'ink on a search match').toBeGreaterThanOrEqual(4.5);
  });

  test(`${name}: text in another person's selection reaches WCAG AA, whatever their colour`, () => {
    for (const color of [...PEOPLE_COLORS, '#ffffff', '#000000', '#ff0000', '#00ff00', '#0000ff', '#ffff00']) {
      const background = mixed(color, personShare, palette.paper);
      expect(contrast(palette.ink, background), `ink in the selection of ${color}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test(`${name}: people's carets of our own colours stand out from the paper`, () => {
    for (const color of PEOPLE_COLORS) expect(contrast(color, palette.paper), color).toBeGreaterThanOrEqual(3);
  });
}

/** The colour of a name among the site's own, light or dark. */
function siteColor(name: string, palette: Palette): string {
  const css = readFileSync(new URL('../app/style/tokens.css', import.meta.url), 'utf8');
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css) ?? [];
  if (light === undefined || dark === undefined) throw new Error(`tokens.css has no colour ${name}`);
  return palette === DARK ? dark : light;
}

for (const [name, palette] of themes) {
  test(`${name}: the ground of code is seen and its code read, in the editor and on the site`, () => {
    const places = {
      editor: [palette.paper, palette['code-block']],
      site: [siteColor('sheet', palette), siteColor('sunken', palette)],
    } as const;
    for (const [place, [paper, ground]] of Object.entries(places)) {
      expect(contrast(paper, ground), `${place}: ground on paper`).toBeGreaterThanOrEqual(1.08);
      for (const [token, color] of Object.entries(palette.tokens))
        expect(contrast(color, ground), `${place}: ${token}`).toBeGreaterThanOrEqual(4.5);
    }
  });
}

test('a name reads on any colour', () => {
  for (let hue = 0; hue < 4_096; hue++) {
    const digits = hue.toString(16).padStart(3, '0');
    const color = `#${[...digits].map((digit) => digit + digit).join('')}`;
    expect(contrast(color, readableInk(color)), color).toBeGreaterThanOrEqual(4.5);
  }
});

test('contrast is what WCAG says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#123456', '#123456')).toBe(1);
});
