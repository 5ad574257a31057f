import { expect, it } from 'vitest';
import { TEXT_FIELD } from '../../../../protocol/version.ts';
import { DEMO_PEOPLE } from './demo-script.ts';
import { DemoStage } from './demo-stage.ts';

const ENDING = `# Saturday in the garden

We meet at half past nine by the gate and walk down together. Bring gloves and a flask.

## To do

- Turn the compost
- Bake a cake
- Patch the water butt
- Prune the pear tree (I have the long ladder)
`;

/** A small generator of numbers in [0, 1), so that a failing order can be played again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))('the demonstration ends in its text, in order %i', (seed) => {
  const random = seeded(seed + 1);
  const stage = new DemoStage(DEMO_PEOPLE);
  const writing = new Set(DEMO_PEOPLE.keys());
  for (let strokes = 0; writing.size > 0; strokes++) {
    expect(strokes).toBeLessThan(20_000);
    const person = [...writing][Math.floor(random() * writing.size)] ?? 0;
    if (!stage.strike(person)) writing.delete(person);
  }
  expect(stage.doc.getText(TEXT_FIELD).toString()).toBe(ENDING);
  const names = [...stage.awareness.getStates().values()].map((state) => state['user'].name);
  expect(names.sort()).toEqual(['Ines', 'Tomas']);
  stage.destroy();
});
