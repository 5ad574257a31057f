/** A colour that a person can write in. */
export interface PersonColor {
  readonly name: string;
  /** For the caret, the flag and the circle. */
  readonly value: `#${string}`;
}

/**
 * The colours people choose from. All sit at the one lightness where a caret stands out from light paper and from dark
 * paper alike (at least 3:1) and white letters are readable on the flag (at least 4.5:1); a test holds them there.
 */
export const PERSON_COLORS: readonly PersonColor[] = [
  { name: 'Brick', value: '#c13b42' },
  { name: 'Rust', value: '#b14e28' },
  { name: 'Ochre', value: '#93640c' },
  { name: 'Olive', value: '#717223' },
  { name: 'Moss', value: '#427c35' },
  { name: 'Pine', value: '#2e7c5f' },
  { name: 'Teal', value: '#017b80' },
  { name: 'Azure', value: '#0d76ad' },
  { name: 'Cobalt', value: '#4169cc' },
  { name: 'Violet', value: '#7b57c8' },
  { name: 'Plum', value: '#a146a7' },
  { name: 'Rose', value: '#c0366f' },
];

/** The translucent shade of a colour that marks a selection, as `#rrggbbaa`. */
export function selectionShade(color: string): string {
  return `${color}33`;
}
