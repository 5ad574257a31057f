import { expect, it } from 'vitest';
import { readCommand } from './config.ts';

it('an import takes new names, as often as given', () => {
  const command = readCommand(['import', './notes', '--rename', 'a=team/a', '--rename', 'b=c=d', '--dry-run'], {});
  expect(command).toMatchObject({
    kind: 'import',
    order: {
      from: './notes',
      asText: null,
      dryRun: true,
      renames: new Map([
        ['a', 'team/a'],
        ['b', 'c=d'],
      ]),
    },
  });
});

it.each([[[]], [['./notes', '--rename', 'a']], [['./notes', '--rename', '=b']], [['./notes', '--rename', 'a=']]])(
  'import %j is refused in one line',
  (rest) => {
    expect(() => readCommand(['import', ...rest], {})).toThrow(
      /^(Say from where|--rename is ".*", but must be OLD=NEW)/,
    );
  },
);
