import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples, render } from '../chart/charts.ts';
import { type KubeObject, objectsIn } from '../support/helm-template.ts';
import { apply } from './apply.ts';
import { ownKubeconfig } from './own-cluster.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/** The chart asks for 1.25: what came after 1.20, which the cluster may be. */
const NEWER = /: \.spec(\.jobTemplate\.spec)?\.(timeZone|podFailurePolicy|unhealthyPodEvictionPolicy)$/;

describe('a real API server takes', () => {
  let shop: Workshop;

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
  });

  afterAll(() => shop?.close());

  async function expectTaken(objects: readonly KubeObject[]): Promise<void> {
    const { absent, lost } = await apply(shop, objects, true, AbortSignal.timeout(90_000));

    expect(absent.filter((kind) => !kind.startsWith('monitoring.coreos.com '))).toEqual([]);
    expect(lost.filter((path) => !NEWER.test(path))).toEqual([]);
  }

  test.each([...examples.keys()])('all that the chart says with the values of %s', async (name) => {
    const { objects } = render(examples.get(name) ?? {}, { namespace: shop.namespace });

    expect(objects.length).toBeGreaterThan(3);
    await expectTaken(objects);
  });

  test.each(filesBelow('deploy/kustomize', 'objects.yaml'))('all of %s', async (file) => {
    await expectTaken(objectsIn(readFileSync(file, 'utf8')));
  });

  test.each(filesBelow('docs/rbac', '.yaml'))('all of %s', async (file) => {
    await expectTaken(objectsIn(readFileSync(file, 'utf8')).filter(({ kind }) => kind !== 'Namespace'));
  });
});

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();
}
