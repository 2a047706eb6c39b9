import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../../test/support/report-examples.ts';
import { type ConfigProblem, renderConfigProblems } from './config-problems.ts';
import { noPaint } from './paint.ts';

const problems: readonly ConfigProblem[] = [
  {
    origin: 'winnow.yaml',
    line: 12,
    column: 3,
    field: 'registries[0].urll',
    problem: 'there is no such field',
    hint: 'did you mean url?',
  },
  { origin: 'WINNOW_MAX_SHARE', field: 'limits.maxShare', value: 'many', problem: 'it is not a number from 0 to 1' },
  { origin: 'other.yaml', line: 1, field: '', problem: 'it is empty' },
];

describe('problems with the settings', () => {
  test('stand with file, line, field, value and next step', () => {
    expect(textOf(renderConfigProblems(problems, 'winnow.yaml', 'table', noPaint))).toBe(`\
winnow.yaml:12:3: error: registries[0].urll: there is no such field
    hint: did you mean url?
WINNOW_MAX_SHARE: error: limits.maxShare: "many": it is not a number from 0 to 1
other.yaml:1: error: it is empty
3 problems`);
  });

  test('are the same for programs in JSON and YAML', () => {
    const document = JSON.parse(textOf(renderConfigProblems(problems, 'winnow.yaml', 'json', noPaint)));

    expect(document).toEqual({
      apiVersion: 'winnow/v1',
      kind: 'ConfigCheck',
      origin: 'winnow.yaml',
      valid: false,
      problems,
    });
    expect(parse(textOf(renderConfigProblems(problems, 'winnow.yaml', 'yaml', noPaint)))).toEqual(document);
  });

  test('have a Markdown form', () => {
    expect(textOf(renderConfigProblems(problems.slice(1, 2), 'winnow.yaml', 'markdown', noPaint))).toBe(
      '- `WINNOW_MAX_SHARE`: limits.maxShare: "many": it is not a number from 0 to 1',
    );
  });

  test('are none when all is well', () => {
    expect(textOf(renderConfigProblems([], 'winnow.yaml', 'table', noPaint))).toBe('winnow.yaml: all is well');
    expect(JSON.parse(textOf(renderConfigProblems([], 'winnow.yaml', 'json', noPaint)))).toMatchObject({
      valid: true,
      problems: [],
    });
  });
});
