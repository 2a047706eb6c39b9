import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chart, examples, image } from '../chart/charts.ts';
import { objectsIn, renderChart, scopeOf, type Values } from '../support/helm-template.ts';
import { ROOT } from '../support/markdown.ts';
import { describeWhereHad, programPath, requires } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Where Debian's packages of Go's libraries lie. */
const GOPATH = '/usr/share/gocode';
const libraries = ['github.com/Masterminds/sprig', 'sigs.k8s.io/yaml'];
const isThere = requires('go') && libraries.every((path) => existsSync(join(GOPATH, 'src', path)));

type Answer = { readonly texts: Readonly<Record<string, string>> } | { readonly error: string };

let program: string;

describeWhereHad(
  'Go’s own template engine, with the libraries of Helm',
  isThere
    ? undefined
    : 'Go or its libraries are absent (Debian: golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev)',
  () => {
    beforeAll(() => {
      const folder = makeTempFolder('go-engine');
      program = join(folder, 'render');
      const env = { GOPATH, GO111MODULE: 'off', CGO_ENABLED: '0', GOCACHE: join(folder, 'cache'), HOME: folder };
      const source = join(ROOT, 'test/chart/go-engine/main.go');
      execFileSync(programPath('go'), ['build', '-o', program, source], { env: { ...env, PATH: process.env['PATH'] } });
    });

    test.each([...examples, ['nothing switched on', {}] as const])('renders as we do: %s', (_, values) => {
      const answer = goRenders(values);
      const ours = renderChart(chart, values);

      if ('error' in answer) expect.fail(answer.error);
      expect(Object.keys(answer.texts).sort()).toEqual([...ours.texts.keys()].sort());
      expect(answer.texts['NOTES.txt']).toBe(ours.texts.get('NOTES.txt'));
      for (const [name, text] of Object.entries(answer.texts))
        if (name.endsWith('.yaml')) expect([name, meant(text)]).toEqual([name, meant(ours.texts.get(name) ?? '')]);
    });

    test.each([
      ['an image that is not named', { prune: { enabled: true } }],
      [
        'two names of the cluster',
        { ...image, db: { cnpg: { clusterName: 'a' } }, settings: { cluster: 'b' }, prune: { enabled: true } },
      ],
      ['replicas that can not see each other', { ...image, service: { enabled: true, replicas: 2 } }],
    ])('refuses what we refuse: %s', (_, values) => {
      const answer = goRenders(values);
      const words = errorOf(() => renderChart(chart, values)).replace(/^.*?(?=image\.|db\.|service\.)/s, '');

      expect(words.length).toBeGreaterThan(20);
      expect('error' in answer ? answer.error : '').toContain(words.split('\n')[0]);
    });
  },
);

/** The objects, and in ConfigMaps what the settings files mean: both write YAML, and choose their quotes in their own way. */
function meant(text: string): readonly unknown[] {
  return objectsIn(text).map((object) => {
    if (object.kind !== 'ConfigMap') return object;
    const files = Object.entries(object['data'] as Readonly<Record<string, string>>);
    return { ...object, data: files.map(([name, file]) => [name, parse(file)]) };
  });
}

function goRenders(values: Values): Answer {
  const input = JSON.stringify({ files: Object.fromEntries(chart.files), scope: scopeOf(chart, values) });
  const output = execFileSync(program, [], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(output) as Answer;
}

function errorOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
