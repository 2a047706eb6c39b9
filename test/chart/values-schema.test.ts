import { describe, expect, test } from 'vitest';
import { chart, examples, image, problemsOf, render } from './charts.ts';

describe('values.schema.json', () => {
  test('takes the values that the chart comes with', () => {
    expect(problemsOf({})).toEqual([]);
  });

  test.each([...examples])('takes the example %s', (_, values) => {
    expect(problemsOf(values)).toEqual([]);
  });

  test.each([
    [{ registryReconcile: { shedule: '0 3 * * *' } }, '/registryReconcile/shedule'],
    [{ registryReconcile: { enabled: 'yes' } }, '/registryReconcile/enabled'],
    [{ db: { cnpg: { clustername: 'eu' } } }, '/db/cnpg/clustername'],
    [{ settings: { registry: { uri: 'registry.example' } } }, '/settings/registry/uri'],
    [{ prune: { settings: { prune: { minAge: '24 hours' } } } }, '/prune/settings/prune/minAge'],
    [{ pruneImages: { keepTagRevisions: -1 } }, '/pruneImages/keepTagRevisions'],
    [{ prune: { keepTagRevisions: 3 } }, '/prune/keepTagRevisions'],
    [{ hardPrune: { volume: { kind: 'zot' } } }, '/hardPrune/volume/kind'],
    [{ nodeGc: { schedule: '@daily' } }, '/nodeGc/schedule'],
    [{ service: { replicas: 0 } }, '/service/replicas'],
    [{ image: { digest: 'sha256:abc' } }, '/image/digest'],
    [{ prune: { mode: 'delete' } }, '/prune/mode'],
    [{ jobs: { concurrencyPolicy: 'Allow' } }, '/jobs/concurrencyPolicy'],
    [{ secrets: [{ nmae: 'x' }] }, '/secrets/0/nmae'],
  ])('says where %j is wrong', (values, place) => {
    const places = problemsOf(values).map((problem) => problem.split(':')[0]);

    expect(places).toContain(place);
    expect(() => render({ ...image, ...values })).toThrow(place);
  });

  test('describes every value that the chart comes with', () => {
    const schema = JSON.parse(chart.files.get('values.schema.json') ?? '') as Node;

    expect(undescribed(schema, chart.values, '')).toEqual([]);
  });
});

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

/** Values without a word about them, by their places. What is a map of anything is described as a whole. */
function undescribed(schema: Node, value: unknown, place: string): readonly string[] {
  if (schema.properties === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const node = schema.properties?.[key];
    const at = `${place}/${key}`;
    return node?.description === undefined ? [at] : undescribed(node, one, at);
  });
}
