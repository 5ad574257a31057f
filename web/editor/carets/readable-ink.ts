/** Ink for text on a light colour. */
export const DARK_INK = '#000000';
/** Ink for text on a dark colour. */
export const LIGHT_INK = '#ffffff';

/**
 * The WCAG 2 contrast of two colours, 1 to 21. Text needs 4.5 (AA), large text and signs 3.
 * @param first as #rrggbb
 * @param second as #rrggbb
 */
export function contrast(first: string, second: string): number {
  const [low, high] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/**
 * The ink in which text on a background reads best; at least 4.5 of contrast on every background.
 * @param background as #rrggbb
 */
export function readableInk(background: string): string {
  return contrast(background, LIGHT_INK) >= contrast(background, DARK_INK) ? LIGHT_INK : DARK_INK;
}

/** Relative luminance as WCAG 2 defines it, 0 to 1. */
function luminance(color: string): number {
  const channel = (from: number) => {
    const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
