import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSettings } from '../../src/config/check.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { objectsIn } from '../support/helm-template.ts';
import { chart, examples, image, nameOf, render, workloads } from './charts.ts';
import { faultsOf } from './kubernetes-fields.ts';
import { faultsOfMonitoring } from './monitoring-fields.ts';

const rendered = new Map([...examples].map(([name, values]) => [name, render(values)] as const));
const all = [...rendered];

describe('what the chart renders', () => {
  test('is nothing that runs, as long as nothing is switched on', () => {
    const { objects, texts } = render({});

    expect(objects.map(nameOf)).toEqual(['NetworkPolicy winnow']);
    expect(texts.get('NOTES.txt')).toContain('No flow is switched on');
  });

  test('is of the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

    expect(chart.about).toMatchObject({ apiVersion: 'v2', name: 'winnow', version, appVersion: version });
  });

  test('covers every template', () => {
    const used = new Set(all.flatMap(([, { texts }]) => [...texts.keys()]));
    const templates = [...chart.files.keys()].filter((path) => /^templates\/(.*\/)?[^_/]+$/.test(path));

    expect(templates.map((path) => path.replace('templates/', '')).filter((path) => !used.has(path))).toEqual([]);
  });

  test.each(all)('%s: has only fields that Kubernetes has, of its types', (_, { objects }) => {
    const faults = objects.flatMap((object) =>
      object.apiVersion.startsWith('monitoring.coreos.com/') ? faultsOfMonitoring(object) : faultsOf(object),
    );

    expect(objects.length).toBeGreaterThan(3);
    expect(faults).toEqual([]);
  });

  test('would be found out with a slip in it', () => {
    const text = render({ ...image, prune: { enabled: true } }).texts.get('flows/prune.yaml') ?? '';
    const slips = [
      ['concurrencyPolicy', 'concurencyPolicy', 'CronJob.spec.concurencyPolicy: there is no such field'],
      ['readOnlyRootFilesystem', 'readOnlyRootFileSystem', /containers\[0\]\.securityContext\.readOnlyRootFileSystem/],
      ['backoffLimit: 0', "backoffLimit: '0'", 'CronJob.spec.jobTemplate.spec.backoffLimit: it is "0", not a number'],
      ['kind: CronJob', 'kind: CornJob', 'batch/v1 CornJob: Kubernetes has no such kind'],
    ] as const;

    for (const [right, wrong, fault] of slips) {
      expect(text).toContain(right);
      const faults = objectsIn(text.replace(right, wrong)).flatMap(faultsOf);
      expect(faults).toEqual([typeof fault === 'string' ? fault : expect.stringMatching(fault)]);
    }
  });

  test.each(all)('%s: no object stands there twice, and all but cluster roles are of a namespace', (_, { objects }) => {
    const names = objects.map((object) => `${nameOf(object)} ${object.metadata.namespace}`);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { kind, metadata } of objects)
      expect([kind, metadata.namespace === undefined]).toEqual([kind, kind.startsWith('ClusterRole')]);
  });

  test.each(all)('%s: settings files have no problem and deserve no warning', (_, { objects }) => {
    const files = objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap((map) => Object.entries(map['data'] as Readonly<Record<string, string>>))
      .filter(([name]) => name.endsWith('.yaml'));
    const told = files.flatMap(([name, text]) => {
      const { problems, warnings } = checkSettings(text, name);
      return [...problems, ...warnings];
    });

    expect(files.length).toBeGreaterThan(0);
    expect(told.map(formatProblem)).toEqual([]);
  });

  test.each(all)('%s: names and labels are short enough, and selectors select', (_, result) => {
    for (const { kind, metadata } of result.objects) {
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
      // A CronJob adds eleven characters to the name of its jobs.
      expect(metadata.name.length).toBeLessThanOrEqual(kind === 'CronJob' ? 52 : 63);
    }
    for (const one of workloads(result)) {
      const { selector } = one['spec'] as { readonly selector?: { readonly matchLabels: object } };
      if (selector !== undefined) expect(one.podMetadata.labels).toMatchObject(selector.matchLabels);
    }
  });

  test('keeps its names short where a release has a long one', () => {
    const name = 'a-release-with-a-name-as-long-as-helm-lets-it-be-53ch';
    const { objects } = render(examples.get('bucket') ?? {}, { name });

    for (const { kind, metadata } of objects.filter((one) => !one.kind.startsWith('ClusterRole')))
      expect([metadata.name, metadata.name.length <= (kind === 'CronJob' ? 52 : 63)]).toEqual([metadata.name, true]);
  });
});
