import { Command } from 'commander';
import { expect, test } from 'vitest';
import { goBoolean } from './go-boolean.ts';

function read(...args: readonly string[]): unknown {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  command.addOption(goBoolean('--all', 'all of it')).option('-o, --output <format>', 'how');
  command.parse([...args], { from: 'user' });
  return command.opts()['all'];
}

test.each([
  [[], undefined],
  [['--all'], true],
  [['--all=true'], true],
  [['--all=T'], true],
  [['--all=1'], true],
  [['--all=false'], false],
  [['--all=F'], false],
  [['--all=0'], false],
  [['--all', '-o', 'json'], true],
] as const)('%j is %s', (args, value) => {
  expect(read(...args)).toBe(value);
});

test.each(['--all=yes', '--all=', '--all=2'])('%s is refused', (arg) => {
  expect(() => read(arg)).toThrow(/neither true nor false/);
});
