/** One thing a simulated person does. Places are named by the text around them, since the other person moves them. */
export type DemoStep =
  /** Puts the caret behind `after` (with `before` behind it) and types `text`; waits until there is such a place. */
  | { readonly kind: 'type'; readonly after: string; readonly before?: string; readonly text: string }
  /** Puts the caret behind `text` and deletes it, character by character. */
  | { readonly kind: 'erase'; readonly text: string }
  /** Thinks, for this many keystrokes' time. */
  | { readonly kind: 'pause'; readonly beats: number };

export interface DemoPerson {
  readonly name: string;
  readonly color: `#${string}`;
  readonly steps: readonly DemoStep[];
}

/** What stands on the sheet before anybody writes, and without a script for ever. */
export const DEMO_START = `# Saturday in the garden

We meet at nine by the gate.

## To do

- Turn the compost
- Mend the water butt
`;

/** What two people make of it. They write at the same time, at one point in the same line. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    name: 'Ines',
    color: '#a146a7',
    steps: [
      { kind: 'pause', beats: 8 },
      { kind: 'type', after: 'by the gate', text: ' and walk down together' },
      { kind: 'pause', beats: 14 },
      { kind: 'erase', text: 'nine' },
      { kind: 'type', after: 'We meet at ', text: 'half past nine' },
      { kind: 'pause', beats: 16 },
      { kind: 'type', after: 'Bring gloves', before: '.', text: ' and a flask' },
      { kind: 'pause', beats: 10 },
      { kind: 'type', after: 'pear tree', text: ' (I have the long ladder)' },
    ],
  },
  {
    name: 'Tomas',
    color: '#2e7c5f',
    steps: [
      { kind: 'pause', beats: 16 },
      { kind: 'type', after: 'Mend the water butt', text: '\n- Prune the pear tree' },
      { kind: 'pause', beats: 12 },
      { kind: 'type', after: 'together.', text: ' Bring gloves.' },
      { kind: 'pause', beats: 12 },
      { kind: 'erase', text: 'Mend' },
      { kind: 'type', after: '- Turn the compost\n- ', text: 'Patch' },
      { kind: 'pause', beats: 18 },
      { kind: 'type', after: 'Turn the compost', text: '\n- Bake a cake' },
    ],
  },
];
