import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { checkSettings } from '../../src/config/check.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { parseRecordsSpec } from '../../src/systems/records/index.ts';
import { type Fence, fencesOf, markdownPages, proseOf, ROOT } from '../support/markdown.ts';

const pages = markdownPages();
/** Commands that are not there yet, and may be named as that. */
const planned = new Set(['serve', 'prune', 'hard-prune', 'node-gc']);

describe('commands in the documentation', () => {
  const lines = pages.flatMap(({ path, text }) =>
    fencesOf(text).flatMap((fence) =>
      commandsIn(callsIn(fence)).map((words) => ({ where: `${path}:${fence.line}`, words })),
    ),
  );

  test('are found', () => {
    expect(lines.length).toBeGreaterThan(20);
    expect(commandsIn("$ winnow a 'b c' \\\n  --d && X=1 winnow e | jq . # f")).toEqual([['a', 'b c', '--d'], ['e']]);
    expect(commandsIn('0 3 * * * me node /opt/winnow/dist/winnow.js run ls')).toEqual([['run', 'ls']]);
  });

  test.each(lines.map(({ where, words }) => [where, words.join(' '), words] as const))(
    '%s: winnow %s',
    async (_, __, words) => {
      await expect(parsed(words)).resolves.toBe('understood');
    },
  );

  test('name record sources in a short form that is one', () => {
    const specs = lines.flatMap(({ words }) =>
      words.flatMap((word, n) => (words[n - 1] === '--records' ? [word] : [])),
    );

    expect(specs.length).toBeGreaterThan(4);
    expect(specs.map((spec) => parseRecordsSpec(spec).kind)).toEqual(
      expect.arrayContaining(['file', 'sqlite', 'postgres', 'http']),
    );
  });

  test('with a slip in them would be found', async () => {
    await expect(parsed(['reconcile', '--regsitry', 'x'])).rejects.toThrow('--regsitry');
    await expect(parsed(['repo', 'list'])).rejects.toThrow();
    await expect(parsed(['apply'])).rejects.toThrow('plan');
    await expect(parsed(['reconcile', '--dry-run', '--confirm'])).rejects.toThrow('--dry-run');
  });

  test('that are named in a sentence exist', () => {
    const unknown = pages.flatMap(({ path, text }) =>
      [...proseOf(text).matchAll(/`winnow ([a-z][a-z -]*)/g)]
        .map(([, words = '']) => words.trim().split(' '))
        .filter(([name = '']) => !planned.has(name) && !isCommand(name))
        .map((words) => `${path}: winnow ${words.join(' ')}`),
    );

    expect(unknown).toEqual([]);
  });

  test('that npm runs are scripts of the package', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => ({ path, name })),
    );

    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });
});

describe('settings in the documentation', () => {
  const pieces = pages.flatMap(({ path, text }) =>
    fencesOf(text)
      .filter(({ language }) => language === 'yaml')
      .flatMap((fence) => settingsIn(fence.text).map((yaml, n) => [`${path}:${fence.line}`, n, yaml] as const)),
  );

  test('are found', () => {
    expect(pieces.length).toBeGreaterThan(4);
  });

  test.each(pieces)('%s (%i) have no problem', (where, _, yaml) => {
    const { problems, warnings } = checkSettings(yaml, where);
    // A piece of settings need not have all that belongs to it.
    const told = [...problems, ...warnings].filter(({ message }) => !/there is no source of records/.test(message));

    expect(told.map(formatProblem)).toEqual([]);
  });

  test('and arguments of the Kubernetes example are understood', async () => {
    const text = pages.find(({ path }) => path === 'docs/flows/reconcile.md')?.text ?? '';
    const lists = [...text.matchAll(/^\s*args: \[(.*)\]$/gm)].map(([, list = '']) => list.split(', '));

    expect(lists.length).toBeGreaterThan(0);
    for (const words of lists) await expect(parsed(words)).resolves.toBe('understood');
  });
});

/** Of what is no shell's, the lines that show a call: `$ winnow …`, a crontab. Usage lines (`winnow undo [options] <run>`) are none. */
function callsIn({ language, text }: Fence): string {
  if (language === 'sh') return text;
  return text
    .split('\n')
    .filter((line) => /^\$ |winnow\.js /.test(line))
    .join('\n');
}

/** What a shell would hand to `winnow`, for each time that it is called. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => statementsOf(line))
    .flatMap((words) => {
      const at = words.findIndex((word) => word === 'winnow' || word.endsWith('/winnow.js'));
      const isCalled = at === 0 || (at > 0 && words.slice(0, at).every((word) => /^(\$|\w+=.*)$/.test(word)));
      const isScript = at > 0 && (words[at] ?? '').endsWith('/winnow.js') && words[at - 1] === 'node';
      return isCalled || isScript ? [words.slice(at + 1)] : [];
    });
}

/** The words of a line, cut at `&&`, `||`, `|`, `;`; comments and redirections are left out. */
function statementsOf(line: string): readonly (readonly string[])[] {
  const statements: string[][] = [[]];
  for (const [token] of line.matchAll(/'[^']*'|"[^"]*"|&&|\|\|?|;|\s#.*$|^#.*$|(?:[^\s'"|;&]|'[^']*'|"[^"]*")+/g)) {
    if (/^(&&|\|\|?|;)$/.test(token)) statements.push([]);
    else if (/^\s*#/.test(token)) break;
    else if (!/^\d?>/.test(token)) statements.at(-1)?.push(token.replace(/['"]/g, ''));
  }
  return statements;
}

/** Parses a command line as the program does, without doing anything. @throws what the program would complain about */
async function parsed(words: readonly string[]): Promise<'understood'> {
  const program = createProgram();
  let called = false;
  const callIt = () => {
    called = true;
  };
  everyCommand(program, (command) => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (doesSomething(command)) command.action(callIt);
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    return 'understood'; // help, version
  }
  if (!called) throw new Error(`winnow ${words.join(' ')} does nothing`);
  return 'understood';
}

/** Not a mere group of commands, such as `run`; but a command may have others below it. Commander has no public word for it. */
function doesSomething(command: Command): boolean {
  return (command as unknown as { readonly _actionHandler: unknown })._actionHandler !== null;
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

function isCommand(name: string): boolean {
  return createProgram().commands.some((command) => command.name() === name);
}

/** Pieces of YAML that are settings of ours: not Kubernetes' objects, but what their ConfigMaps hold. */
function settingsIn(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap((document) => {
    if ('empty' in document) return [];
    const value = document.toJS() as {
      readonly apiVersion?: string;
      readonly data?: Readonly<Record<string, string>>;
    } | null;
    if (value === null) return [];
    if (value.apiVersion === undefined) return [text];
    return Object.entries(value.data ?? {}).flatMap(([name, yaml]) => (name.endsWith('.yaml') ? [yaml] : []));
  });
}
