import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { formatAskedFor, usageError } from './usage-error.ts';

describe('the format that a command line asks for', () => {
  test.each([
    ['repo ls -o json', 'json'],
    ['repo ls -ojson --wrong', 'json'],
    ['--output yaml repo', 'yaml'],
    ['repo --output=json', 'json'],
    ['repo -o json -o wide', 'wide'],
    ['repo ls', 'table'],
    ['repo ls -o', 'table'],
    ['repo ls -o xml', 'table'],
    ['complete -- -o json', 'table'],
  ])('%s: %s', (line, format) => {
    expect(formatAskedFor(line.split(' '))).toBe(format);
  });
});

describe('what the parser did not understand', () => {
  test.each([
    [
      'commander.unknownOption',
      "error: unknown option '--registri'\n(Did you mean --registry?)",
      "reading the command line: unknown option '--registri'",
      'did you mean --registry?',
    ],
    [
      'commander.missingArgument',
      "error: missing required argument 'reference'",
      "reading the command line: missing required argument 'reference'",
      'see with `winnow --help`, or with --help behind the command, what there is',
    ],
    [
      'commander.help',
      '(outputHelp)',
      'reading the command line: no command is given',
      'see with `winnow --help`, or with --help behind the command, what there is',
    ],
  ])('%s is an error with a next step', (code, said, message, hint) => {
    const error = usageError(new CommanderError(1, code, said));

    expect({ ...error, message: error.message }).toMatchObject({ code: 'USAGE_INVALID', message, hint });
  });
});
