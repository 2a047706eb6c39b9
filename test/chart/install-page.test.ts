import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkSettings } from '../../src/config/check.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { mergeValues, type Values } from '../support/helm-template.ts';
import { fencesOf } from '../support/markdown.ts';
import { chart, image, problemsOf, render } from './charts.ts';

const page = readFileSync('docs/install.md', 'utf8');
const pieces = fencesOf(page)
  .filter(({ language }) => language === 'yml')
  .map(({ text, line }) => [line, parse(text) as Values] as const);
const values = pieces.filter(([, piece]) => !('apiVersion' in piece));

describe('docs/install.md', () => {
  test('has values to begin with', () => {
    expect(values.length).toBeGreaterThan(3);
  });

  test.each(values)('line %i: the values are ones, and make settings without a problem', (_, piece) => {
    expect(problemsOf(piece)).toEqual([]);
    const files = render({ ...image, ...piece }).objects.flatMap(({ kind, data }) =>
      kind === 'ConfigMap' ? Object.entries(data as Record<string, string>) : [],
    );

    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(([name, text]) => checkSettings(text, name).problems).map(formatProblem)).toEqual([]);
  });

  test('names values that there are, and folders of kustomize', () => {
    const set = [...page.matchAll(/--set ([\w.]+)=/g)].map(([, path = '']) => path.split('.'));
    const overlay = pieces.find(([, piece]) => 'apiVersion' in piece)?.[1] as { readonly resources: readonly string[] };

    expect(set.length).toBeGreaterThan(2);
    for (const path of set) expect(problemsOf(nested(path))).toEqual([]);
    expect(overlay.resources.filter((folder) => !existsSync(`${folder}/kustomization.yaml`))).toEqual([]);
  });

  test('names every flow of the chart', () => {
    const flows = Object.entries(chart.values).filter(
      ([, part]) => typeof (part as { schedule?: unknown }).schedule === 'string',
    );

    for (const [name] of flows) expect(page).toContain(`| \`${name}\` |`);
    expect(flows.length).toBe(5);
  });
});

/** Values of one word, `true` or a text: whichever it takes. */
function nested(path: readonly string[]): Values {
  const build = (value: unknown) => path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
  return problemsOf(mergeValues({}, build(true))).length === 0 ? build(true) : build('text');
}
